using Xunit;

namespace OrleansIM.TestSupport;

/// <summary>An IMAP server and the submission server beside it: one fixture, since one cannot start without the other.</summary>
public sealed class MailServers : IAsyncLifetime
{
    public MailServers() => Submission = new SubmissionServer(Dovecot);

    public DovecotServer Dovecot { get; } = new();

    public SubmissionServer Submission { get; }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        await Dovecot.InitializeAsync();
        await Submission.InitializeAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        await Submission.DisposeAsync();
        await Dovecot.DisposeAsync();
    }
}
