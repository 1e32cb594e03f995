using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// Puts limits around a mail library: every operation ends in time, and reads no more than its share
/// (<see cref="MailOptions.ConnectTimeout"/>, <see cref="MailOptions.AnswerTimeout"/>, <see cref="MailOptions.MaxAnswerBytes"/>).
/// After a fault that is not <see cref="MailException.IsAnswer"/> the connection is of no more use.
/// </summary>
public sealed class BoundedMailboxConnector(
    [FromKeyedServices(MailKeys.Inner)] IMailboxConnector inner, IOptions<MailOptions> options, TimeProvider time) : IMailboxConnector
{
    private readonly MailOptions _options = options.Value;

    /// <inheritdoc />
    public async Task<IMailboxConnection> OpenAsync(MailAccess access, CancellationToken cancellation)
    {
        var operation = new BoundedOperation(access.Server.Host, DialScope.Begin(_options.MaxAnswerBytes), time);
        try
        {
            var connection = await operation.RunAsync(limited => inner.OpenAsync(access, limited), _options.ConnectTimeout, cancellation);
            return new BoundedMailboxConnection(connection, operation, _options);
        }
        catch
        {
            operation.Cut();
            throw;
        }
    }

    /// <inheritdoc />
    public byte[] Compose(MailDraft draft) => inner.Compose(draft);

    /// <inheritdoc />
    public Task<MailSubmitted> SubmitAsync(MailAccess access, MailSubmission submission, CancellationToken cancellation)
        => RunAsync(access, isHandover: true, limited => inner.SubmitAsync(access, submission, limited), cancellation);

    /// <inheritdoc />
    public Task CheckSubmissionAsync(MailAccess access, CancellationToken cancellation) => RunAsync(
        access,
        isHandover: false,
        async limited =>
        {
            await inner.CheckSubmissionAsync(access, limited);
            return true;
        },
        cancellation);

    /// <summary>Runs what opens a connection of its own and closes it.</summary>
    private async Task<T> RunAsync<T>(MailAccess access, bool isHandover, Func<CancellationToken, Task<T>> run, CancellationToken cancellation)
    {
        var operation = new BoundedOperation(access.Server.Host, DialScope.Begin(_options.MaxAnswerBytes), time) { IsHandover = isHandover };
        try
        {
            return await operation.RunAsync(run, _options.ConnectTimeout + _options.AnswerTimeout, cancellation);
        }
        finally
        {
            operation.Cut();
        }
    }
}
