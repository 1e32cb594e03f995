namespace OrleansIM.Client;

/// <summary>A mail to be sent, to friends and addresses: at most 100 together, and fewer where the operator says so.</summary>
/// <param name="Mailbox">The address of the mailbox it is sent from.</param>
/// <param name="Subject">One line of at most 512 characters.</param>
/// <param name="Text">Plain text; the whole request is at most 64 KiB.</param>
public sealed record OutgoingMail(string Mailbox, string Subject, string Text)
{
    /// <summary>Account ids of friends; the server knows their addresses. Default: none.</summary>
    public IReadOnlyList<string> To { get; init; } = [];

    /// <summary>Mail addresses. Default: none.</summary>
    public IReadOnlyList<string> ToAddresses { get; init; } = [];

    /// <summary>Your own id of it, at most 64 characters. Default: null, a new one.</summary>
    public string? Cid { get; init; }

    /// <summary>The mail it answers (<see cref="MailSummary.Uid"/>). Default: null, none.</summary>
    public long? ReplyTo { get; init; }
}
