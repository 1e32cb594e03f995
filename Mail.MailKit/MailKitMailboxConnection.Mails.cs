using MailKit;
using MailKit.Net.Imap;
using MailKit.Search;

namespace OrleansIM.Mail;

/// <content>The state of INBOX and what is shown of its mails.</content>
internal sealed partial class MailKitMailboxConnection
{
    private const MessageSummaryItems WithoutStructure = MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate;

    /// <summary>Mails that were shown last, so that only new ones are fetched. What is known of a UID does not change.</summary>
    private Dictionary<uint, MailItem> _known = [];
    private uint _knownValidity;

    public Task<MailboxSummary> SummarizeAsync(int newest, CancellationToken cancellation) => RunAsync("show the inbox", async () =>
    {
        var (unread, uids) = await FindUnreadAsync(cancellation);
        var shown = Newest(uids, newest);
        var mails = await ReadAsync(shown, cancellation);
        return Summary(unread, mails.Select(static mail => mail with { IsUnread = true }));
    }, cancellation);

    public Task<MailboxSummary> ListAsync(int newest, CancellationToken cancellation) => RunAsync("list the inbox", async () =>
    {
        var (unread, _) = await FindUnreadAsync(cancellation);
        var isUnread = await ReadFlagsAsync(newest, cancellation);
        var uids = isUnread.Keys.OrderDescending().Take(newest).ToList();
        var mails = await ReadAsync(uids, cancellation);
        return Summary(unread, mails.Select(mail => mail with { IsUnread = isUnread[mail.Uid] }));
    }, cancellation);

    private MailboxSummary Summary(int unread, IEnumerable<MailItem> mails)
        => new() { UidValidity = Inbox.UidValidity, Unread = unread, Mails = [.. mails] };

    /// <summary>Which are unread. Servers with ESEARCH say it in a few ranges, whatever the size of the mailbox.</summary>
    private async Task<(int Unread, IList<UniqueId> Uids)> FindUnreadAsync(CancellationToken cancellation)
    {
        await EnterInboxAsync(cancellation);
        if (!_isFresh)
        {
            await client.NoOpAsync(cancellation);
        }

        // What was told up to here is in what is found; what is told from here on may not be.
        (_hasChanged, _isFresh) = (false, false);
        if (!client.Capabilities.HasFlag(ImapCapabilities.ESearch))
        {
            var uids = await Inbox.SearchAsync(SearchQuery.NotSeen, cancellation);
            return (uids.Count, uids);
        }

        var found = await Inbox.SearchAsync(SearchOptions.Count | SearchOptions.All, SearchQuery.NotSeen, cancellation);
        return (found.Count < 0 ? int.MaxValue : found.Count, found.UniqueIds);
    }

    /// <summary>The last of them. They come in order, and there may be a great many: they are not all looked at.</summary>
    private static List<uint> Newest(IList<UniqueId> uids, int most)
    {
        var newest = new List<uint>();
        for (var i = uids.Count - 1; i >= 0 && newest.Count < most; i--)
        {
            newest.Add(uids[i].Id);
        }

        return newest;
    }

    private async Task<Dictionary<uint, bool>> ReadFlagsAsync(int newest, CancellationToken cancellation)
    {
        if (Inbox.Count == 0 || newest <= 0)
        {
            return [];
        }

        _asksForFlags = true;
        try
        {
            var request = new FetchRequest(MessageSummaryItems.UniqueId | MessageSummaryItems.Flags);
            var found = new Dictionary<uint, bool>();
            foreach (var mail in await Inbox.FetchAsync(Math.Max(0, Inbox.Count - newest), -1, request, cancellation))
            {
                if (mail.UniqueId.IsValid && mail.Flags is { } flags)
                {
                    found[mail.UniqueId.Id] = !flags.HasFlag(MessageFlags.Seen);
                }
            }

            return found;
        }
        finally
        {
            _asksForFlags = false;
        }
    }

    /// <summary>What is shown of these mails, in this order; those that have gone meanwhile are left out.</summary>
    private async Task<List<MailItem>> ReadAsync(List<uint> uids, CancellationToken cancellation)
    {
        if (_knownValidity != Inbox.UidValidity)
        {
            _known = [];
            _knownValidity = Inbox.UidValidity;
        }

        var missing = uids.Where(uid => !_known.ContainsKey(uid)).ToList();
        if (missing.Count > 0)
        {
            await FetchAsync(missing, cancellation);
        }

        var mails = uids.Where(_known.ContainsKey).Select(uid => _known[uid]).ToList();
        _known = mails.ToDictionary(static mail => mail.Uid);
        return mails;
    }

    private async Task FetchAsync(List<uint> uids, CancellationToken cancellation)
    {
        var validity = Inbox.UidValidity;
        foreach (var some in unreadable.IsSuspected ? uids.Select(static uid => new List<uint> { uid }) : [uids])
        {
            var items = unreadable.Has(validity, some[0]) ? WithoutStructure : WithoutStructure | MessageSummaryItems.BodyStructure;
            try
            {
                await FetchAsync(some, new FetchRequest(items, MailHeaders.OfItems), cancellation);
            }
            catch (ImapProtocolException failure) when (MailKitFaults.IsNonsense(failure))
            {
                unreadable.Remember(validity, some);
                throw;
            }
        }
    }

    private async Task FetchAsync(List<uint> uids, FetchRequest request, CancellationToken cancellation)
    {
        var asked = uids.ToHashSet();
        var mails = new List<IMessageSummary>();
        foreach (var mail in await Inbox.FetchAsync(Ids(uids), request, cancellation))
        {
            // A server that says more than was asked is not a reason to read more.
            if (mail.Headers is not null && asked.Remove(mail.UniqueId.Id))
            {
                mails.Add(mail);
            }
        }

        var previews = await ReadPreviewsAsync(mails, cancellation);
        foreach (var mail in mails)
        {
            _known[mail.UniqueId.Id] = Item(mail, previews.GetValueOrDefault(mail.UniqueId.Id, ""));
        }
    }

    private List<UniqueId> Ids(IEnumerable<uint> uids) => [.. uids.Select(uid => new UniqueId(Inbox.UidValidity, uid))];

    private static MailItem Item(IMessageSummary mail, string preview)
    {
        var headers = new MailHeaders(mail.Headers!);
        return new()
        {
            Uid = mail.UniqueId.Id,
            From = headers.From,
            Subject = headers.Subject,
            Preview = preview,
            Date = headers.Date ?? mail.InternalDate ?? DateTimeOffset.UnixEpoch,
            IsUnread = true,
        };
    }

    /// <summary>The beginnings of the texts, one command for all mails that have theirs in the same section.</summary>
    private async Task<Dictionary<uint, string>> ReadPreviewsAsync(List<IMessageSummary> mails, CancellationToken cancellation)
    {
        var texts = new Dictionary<uint, MailPart>();
        foreach (var mail in mails)
        {
            if (mail.Body is not null && PreviewPart.Choose(Structures.Read(mail.Body)) is { } part)
            {
                texts[mail.UniqueId.Id] = part;
            }
        }

        var previews = new Dictionary<uint, string>();
        foreach (var section in texts.GroupBy(static text => text.Value.Section, static text => text.Key))
        {
            using var asked = parts.Ask(section.Key, MailText.PreviewBytes);
            await ((ImapFolder)Inbox).GetStreamsAsync(Ids(section), TakeAsync, cancellation);
        }

        return previews;

        async Task TakeAsync(ImapFolder folder, int index, UniqueId uid, Stream text, CancellationToken stop)
        {
            if (texts.TryGetValue(uid.Id, out var part))
            {
                var bytes = new byte[MailText.PreviewBytes];
                var length = await text.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, stop);
                previews[uid.Id] = PreviewBody.Decode(bytes[..length], part);
            }
        }
    }
}
