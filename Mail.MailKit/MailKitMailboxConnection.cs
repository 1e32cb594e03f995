using MailKit;
using MailKit.Net.Imap;

namespace OrleansIM.Mail;

/// <inheritdoc />
internal sealed partial class MailKitMailboxConnection(
    ImapClient client, PartRequests parts, string host, UnreadableMails.OfMailbox unreadable, MailOptions options, TimeProvider time) : IMailboxConnection
{
    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(2);

    private bool _isUsable = true;

    /// <summary>Whether the server has just told its news, so that it need not be asked for them.</summary>
    private bool _isFresh;

    private IMailFolder Inbox => client.Inbox!;

    public async Task OpenAsync(CancellationToken cancellation)
    {
        if (client.Capabilities.HasFlag(ImapCapabilities.Id))
        {
            // Some servers (NetEase) show INBOX to nobody who has not said what he is (RFC 2971).
            await client.IdentifyAsync(new ImapImplementation { Name = "OrleansIM" }, cancellation);
        }

        Listen();
        await EnterInboxAsync(cancellation);
        (_hasChanged, _isFresh) = (false, false);
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(s_goodbye, time);
        try
        {
            await client.DisconnectAsync(quit: _isUsable, limit.Token);
        }
        catch (Exception)
        {
            // It is over either way.
        }
        finally
        {
            _isUsable = false;
            client.Dispose();
        }
    }

    /// <summary>Runs an operation; one that ends in the middle of what the server says leaves nothing to go on with.</summary>
    private async Task<T> RunAsync<T>(string what, Func<Task<T>> operation, CancellationToken cancellation)
    {
        if (!_isUsable || !client.IsConnected)
        {
            throw MailKitFaults.Broken(host);
        }

        _isUsable = false;
        try
        {
            var result = await operation();
            _isUsable = true;
            return result;
        }
        catch (Exception failure)
        {
            var explained = MailKitFaults.Explain(failure, host, what, cancellation);
            _isUsable = explained is MailException { IsAnswer: true };
            throw explained;
        }
    }

    private async Task EnterInboxAsync(CancellationToken cancellation)
    {
        if (Inbox.IsOpen)
        {
            return;
        }

        await Inbox.OpenAsync(FolderAccess.ReadOnly, cancellation);
        if (!Inbox.IsOpen)
        {
            throw new MailException(MailFault.Garbage, $"{host} does not say how it has opened the inbox (RFC 3501, 6.3.2).");
        }

        _count = Inbox.Count;
        _isFresh = true;

        // What has happened while another folder was selected was not told.
        _hasChanged = true;
    }

    /// <summary>Selects another folder than INBOX.</summary>
    /// <returns>False if there is no such folder.</returns>
    private static async Task<bool> EnterAsync(IMailFolder folder, CancellationToken cancellation)
    {
        try
        {
            if (!folder.IsOpen)
            {
                await folder.OpenAsync(FolderAccess.ReadOnly, cancellation);
            }

            return true;
        }
        catch (Exception failure) when (failure is ImapCommandException or FolderNotFoundException)
        {
            return false;
        }
    }
}
