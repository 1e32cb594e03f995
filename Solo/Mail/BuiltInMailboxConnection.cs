using System.Globalization;

namespace OrleansIM.Mail;

/// <inheritdoc />
internal sealed partial class BuiltInMailboxConnection(ImapSession session, MailOptions options, TimeProvider time) : IMailboxConnection
{
    private const string Inbox = "INBOX";

    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(1);

    private bool _isUsable = true;

    /// <summary>What was known of INBOX when another folder was selected.</summary>
    private ImapMailbox? _left;

    /// <summary>When the server has told all news, if nothing was done since: it need not be asked for them again at once.</summary>
    private long? _toldAt;

    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (session.Capabilities.Has("ID"))
        {
            // Some servers (NetEase) show INBOX to nobody who has not said what he is (RFC 2971).
            await session.RunAsync("ID (\"name\" \"OrleansIM\")", cancellation);
        }

        await EnterInboxAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(s_goodbye, time);
        try
        {
            if (_isUsable)
            {
                _isUsable = false;
                await session.EndIdleAsync(limit.Token);
                await session.LeaveAsync(limit.Token);
            }
        }
        catch (Exception failure) when (failure is MailException or OperationCanceledException)
        {
            // It is over either way.
        }
        finally
        {
            await session.DisposeAsync();
        }
    }

    /// <summary>Runs an operation; one that ends in the middle of what the server says leaves nothing to go on with.</summary>
    private async Task<T> RunAsync<T>(Func<Task<T>> operation)
    {
        if (!_isUsable)
        {
            throw new MailException(MailFault.Unreachable, $"The connection to {session.Host} is broken.");
        }

        _isUsable = false;
        try
        {
            var result = await operation();
            _isUsable = true;
            return result;
        }
        catch (MailException failure) when (failure.IsAnswer)
        {
            _isUsable = true;
            throw;
        }
        finally
        {
            if (_isUsable)
            {
                session.Rest();
            }
        }
    }

    private async Task EnterInboxAsync(CancellationToken cancellation)
    {
        await session.EndIdleAsync(cancellation);
        if (session.Mailbox.Name == Inbox)
        {
            return;
        }

        (await session.SelectAsync(Inbox, write: false, cancellation)).OrThrow(session.Host, "open the inbox");
        _toldAt = time.GetTimestamp();
        if (_left is { } then)
        {
            // What has happened meanwhile was not told; nothing is missed where the server numbers changes.
            session.Mailbox.HasChanged = then.HasChanged || !session.Mailbox.IsSameAs(then);
            _left = null;
        }
    }

    /// <summary>Selects another folder than INBOX.</summary>
    /// <returns>False if there is no such folder.</returns>
    private async Task<bool> EnterAsync(string folder, CancellationToken cancellation)
    {
        await session.EndIdleAsync(cancellation);
        if (session.Mailbox.Name == Inbox)
        {
            _left = session.Mailbox;
        }

        return (await session.SelectAsync(folder, write: false, cancellation)).IsOk;
    }

    /// <summary>The newest of the mailbox that is selected, as a set of sequence numbers; null if there are none.</summary>
    private string? Newest(int most)
        => session.Mailbox.Exists == 0 || most <= 0 ? null
            : string.Create(CultureInfo.InvariantCulture, $"{(session.Mailbox.Exists > most ? session.Mailbox.Exists - most + 1 : 1)}:*");
}
