using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;
using MimeKit;

namespace OrleansIM.Mail;

/// <content>The folder for sent mail, and threads.</content>
internal sealed partial class MailKitMailboxConnection
{
    /// <summary>Once it is known.</summary>
    private IMailFolder? _sent;

    public Task<bool> AppendToSentAsync(byte[] message, string messageId, CancellationToken cancellation) => RunAsync("keep the sent mail", async () =>
    {
        if (await HasSentAsync(messageId, cancellation))
        {
            return false;
        }

        using var mail = WireMessage.Read(message);
        var request = new AppendRequest(mail, MessageFlags.Seen);
        var folder = await FindSentAsync(cancellation) ?? await CreateSentAsync(cancellation);
        try
        {
            await folder.AppendAsync(request, cancellation);
        }
        catch (FolderNotFoundException)
        {
            // Somebody has removed it since it was found.
            await (await CreateSentAsync(cancellation)).AppendAsync(request, cancellation);
        }

        return true;
    }, cancellation);

    public Task<bool> IsSentAsync(string messageId, CancellationToken cancellation)
        => RunAsync("search the folder for sent mail", () => HasSentAsync(messageId, cancellation), cancellation);

    public Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation) => RunAsync("read the mail's headers", async () =>
    {
        await EnterInboxAsync(cancellation);
        if (uid == 0)
        {
            return null;
        }

        var request = new FetchRequest(MessageSummaryItems.UniqueId, MailThreads.Headers);
        var found = await Inbox.FetchAsync([new UniqueId(Inbox.UidValidity, uid)], request, cancellation);
        return found.FirstOrDefault(mail => mail.UniqueId.Id == uid)?.Headers is { } headers
            ? MailThreads.Read(headers[HeaderId.MessageId], headers[HeaderId.References], headers[HeaderId.InReplyTo])
            : null;
    }, cancellation);

    private async Task<bool> HasSentAsync(string messageId, CancellationToken cancellation)
    {
        if (await FindSentAsync(cancellation) is not { } folder)
        {
            return false;
        }

        if (!await EnterAsync(folder, cancellation))
        {
            _sent = null;
            return false;
        }

        return (await folder.SearchAsync(SearchQuery.HeaderContains("Message-ID", messageId), cancellation)).Count > 0;
    }

    private async Task<IMailFolder?> FindSentAsync(CancellationToken cancellation)
    {
        if (_sent is { Exists: true })
        {
            return _sent;
        }

        if (client.Capabilities.HasFlag(ImapCapabilities.SpecialUse) || client.Capabilities.HasFlag(ImapCapabilities.XList))
        {
            _sent = client.GetFolder(SpecialFolder.Sent);
        }

        if (_sent is not { Exists: true })
        {
            var folders = await client.GetFoldersAsync(Personal, cancellationToken: cancellation);
            _sent = folders.Where(static folder => CanHoldMails(folder) && Rank(folder) is not null).MinBy(Rank);
        }

        return _sent;
    }

    private FolderNamespace Personal
        => client.PersonalNamespaces is { Count: > 0 } namespaces ? namespaces[0] : new FolderNamespace(Inbox.DirectorySeparator, "");

    private static bool CanHoldMails(IMailFolder folder) => (folder.Attributes & (FolderAttributes.NoSelect | FolderAttributes.NonExistent)) == 0;

    private static int? Rank(IMailFolder folder)
    {
        if (folder.Attributes.HasFlag(FolderAttributes.Sent))
        {
            return -1;
        }

        var above = folder.FullName.Length > folder.Name.Length ? folder.FullName[..^(folder.Name.Length + 1)] : "";
        return SentFolderNames.Rank(folder.Name, above);
    }

    private async Task<IMailFolder> CreateSentAsync(CancellationToken cancellation)
    {
        var (parent, name) = _sent is { ParentFolder: { } above } ? (above, _sent.Name) : (client.GetFolder(Personal), SentFolderNames.New);
        _sent = await CreateAsync(parent, name, cancellation)
            ?? throw MailKitFaults.Refused(host, "make a folder for sent mail", "");
        try
        {
            // Mail programs show the folders that are subscribed to.
            await _sent.SubscribeAsync(cancellation);
        }
        catch (ImapCommandException)
        {
        }

        return _sent;
    }

    private async Task<IMailFolder?> CreateAsync(IMailFolder parent, string name, CancellationToken cancellation)
    {
        if (client.Capabilities.HasFlag(ImapCapabilities.CreateSpecialUse))
        {
            try
            {
                return await parent.CreateAsync(name, SpecialFolder.Sent, cancellation);
            }
            catch (ImapCommandException)
            {
                // It does not let users say what a folder is for.
            }
        }

        return await parent.CreateAsync(name, isMessageFolder: true, cancellation);
    }
}
