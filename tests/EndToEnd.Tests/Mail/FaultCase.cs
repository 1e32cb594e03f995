namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>A fault, and what its account is to see.</summary>
internal sealed record FaultCase(string Name, Func<ServerFault> Fault)
{
    /// <summary>What the channel says is wrong. None: it may stay open, and shows what there is all the same.</summary>
    public string? Code { get; init; } = "mail_unreachable";

    /// <summary>Nobody is signed in when it begins.</summary>
    public bool AtSignIn { get; init; }

    /// <summary>It is not tried again before there is another secret.</summary>
    public bool IsFinal { get; init; }

    /// <summary>It opens again and again, and fails each time.</summary>
    public bool IsOpenInBetween { get; init; }

    /// <summary>Of a channel that stays open: unread mails while the fault is on.</summary>
    public int Unread { get; init; } = 2;

    /// <summary>What the newest mail is to look like then.</summary>
    public Action<JsonElement> Newest { get; init; } = static _ => { };

    public override string ToString() => Name;
}
