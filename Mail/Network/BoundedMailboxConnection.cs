namespace OrleansIM.Mail;

/// <summary>A connection with limits around each operation.</summary>
internal sealed class BoundedMailboxConnection(IMailboxConnection inner, BoundedOperation operation, MailOptions options) : IMailboxConnection
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(3);

    public Task<MailboxSummary> SummarizeAsync(int newest, CancellationToken cancellation)
        => RunAsync(limited => inner.SummarizeAsync(newest, limited), cancellation);

    public Task<MailboxSummary> ListAsync(int newest, CancellationToken cancellation)
        => RunAsync(limited => inner.ListAsync(newest, limited), cancellation);

    public Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation)
        => RunAsync(limited => inner.ReadCorrespondentsAsync(mails, limited), cancellation);

    /// <summary>The time of the wait itself comes on top: it is the server's good right to be silent.</summary>
    public Task<bool> WaitForChangeAsync(TimeSpan most, CancellationToken cancellation)
        => operation.RunAsync(limited => inner.WaitForChangeAsync(most, limited), most + options.AnswerTimeout, cancellation);

    public Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation)
        => RunAsync(limited => inner.AppendToSentAsync(message, messageId, limited), cancellation);

    public Task<bool> IsSentAsync(string messageId, CancellationToken cancellation)
        => RunAsync(limited => inner.IsSentAsync(messageId, limited), cancellation);

    public Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation)
        => RunAsync(limited => inner.ReadThreadAsync(uid, limited), cancellation);

    public ValueTask DisposeAsync() => operation.EndAsync(inner, s_goodbye);

    private Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> run, CancellationToken cancellation)
        => operation.RunAsync(run, options.AnswerTimeout, cancellation);
}
