using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>What became of a durable event.</summary>
internal enum Applied
{
    /// <summary>It was the next one.</summary>
    Next,
    /// <summary>It was here before.</summary>
    Duplicate,
    /// <summary>One before it is missing.</summary>
    Gap,
}

/// <summary>One page as it is kept up to date; <see cref="PageBook"/> holds the lock.</summary>
internal sealed partial class PageState
{
    private readonly string _account;
    private readonly int _recentLimit;
    private readonly Queue<ImEvent> _recent = new();
    private readonly CopyOnWriteMap<Contact> _contacts = new(StringComparer.OrdinalIgnoreCase);
    private readonly CopyOnWriteMap<JsonElement> _settings = new(StringComparer.Ordinal);
    private readonly CopyOnWriteMap<JsonElement> _custom = new(StringComparer.Ordinal);
    private readonly CopyOnWriteMap<Presence> _presence = new(StringComparer.OrdinalIgnoreCase);
    private readonly CopyOnWriteMap<int> _unread = new(StringComparer.OrdinalIgnoreCase);
    private readonly CopyOnWriteMap<PeerReceipts> _receipts = new(StringComparer.OrdinalIgnoreCase);
    private string _role = "";
    private string _via = "";
    private Profile _profile = new();
    private Page? _snapshot;
    private bool _isLocal;

    // What the page event said covers the log up to here. After a resume that is further than what was delivered:
    // the events between are still handed out, but are already part of the state.
    private long _covered;

    public PageState(string account, string via, PageData data, int recentLimit, bool isLocal = false)
    {
        _account = account;
        _recentLimit = recentLimit;
        _isLocal = isLocal;
        Cursor = data.Cursor;
        Refresh(data, via);
        foreach (var past in EventReader.ReadAll(data.Recent ?? [], account))
        {
            Remember(past);
        }
    }

    public string Account => _account;

    /// <summary>The last durable event that was delivered.</summary>
    public long Cursor { get; private set; }

    public Page Snapshot() => _snapshot ??= new Page
    {
        Account = _account,
        Role = _role,
        Via = _via,
        IsLocal = _isLocal,
        Profile = _profile,
        Contacts = _contacts.Share(),
        Settings = _settings.Share(),
        Custom = _custom.Share(),
        Presence = _presence.Share(),
        Unread = _unread.Share(),
        Groups = _groups.Share(),
        Mailboxes = _mailboxes.Share(),
        Receipts = _receipts.Share(),
        Recent = _recent.ToArray(),
        Cursor = Cursor,
    };

    /// <summary>Takes the state of a <c>page</c> and leaves the cursor and what was delivered as they are.</summary>
    public void Refresh(PageData data, string via)
    {
        _snapshot = null;
        _covered = Math.Max(data.Cursor, Cursor);
        _via = via;
        _role = data.Role ?? _role;
        _profile = data.Profile ?? _profile;
        ReplaceIfGiven(_settings, data.Settings);
        ReplaceIfGiven(_custom, data.Custom);
        ReplaceIfGiven(_presence, data.Presence);
        ReplaceIfGiven(_unread, data.Unread?.Where(pair => pair.Value > 0));
        ReplaceIfGiven(_groups, data.Groups?.Select(group => KeyValuePair.Create(group.Peer, group)));
        ReplaceIfGiven(_receipts, data.Receipts);
        ReplaceIfGiven(_mailboxes, data.Mailboxes?.Select(mailbox => KeyValuePair.Create(mailbox.Address, mailbox)));
        ReplaceIfGiven(_contacts, data.Contacts?.Where(contact => contact.State != "none").Select(contact => KeyValuePair.Create(contact.Account, contact)));
    }

    /// <summary>Takes the state of a page that goes on where it was, and answers what of presence and mail was missed.</summary>
    public IReadOnlyList<ImEvent> Resume(PageData data, string via)
    {
        var before = _presence.Share();
        var mailboxes = _mailboxes.Share();
        _isLocal = false;
        Refresh(data, via);
        var after = _presence.Share();
        var missed = new List<ImEvent>();
        foreach (var (who, now) in after)
        {
            if (!before.TryGetValue(who, out var then) || then != now)
            {
                missed.Add(new PresenceChanged { Account = _account, Contact = who, Status = now.Status, Note = now.Note, LastSeen = now.LastSeen });
            }
        }

        foreach (var (who, then) in before)
        {
            if (!after.ContainsKey(who))
            {
                missed.Add(new PresenceChanged { Account = _account, Contact = who, Status = "offline" });
            }
        }

        missed.AddRange(MissedOfMail(mailboxes));
        return missed;
    }

    /// <summary>Applies a durable event once; <paramref name="happened"/> may be completed with what it changed.</summary>
    public Applied ApplyDurable(ref ImEvent happened)
    {
        var seq = happened.Seq.GetValueOrDefault();
        if (seq <= Cursor)
        {
            return Applied.Duplicate;
        }

        if (seq != Cursor + 1)
        {
            return Applied.Gap;
        }

        _snapshot = null;
        Cursor = seq;
        if (seq > _covered)
        {
            Change(ref happened);
        }
        else if (happened is ProfileChanged profile)
        {
            happened = profile with { Profile = _profile };
        }

        Remember(happened);
        return Applied.Next;
    }

    public void ApplyEphemeral(ImEvent happened)
    {
        _snapshot = null;
        switch (happened)
        {
            case PresenceChanged { Status: "offline", LastSeen: null } gone:
                _presence.Remove(gone.Contact);
                break;
            case PresenceChanged presence:
                _presence.Set(presence.Contact, new Presence { Status = presence.Status, Note = presence.Note, LastSeen = presence.LastSeen });
                break;
            case MailChanged mail:
                TakeMail(mail);
                break;
            case ChannelChanged channel:
                TakeChannel(channel);
                break;
        }
    }

    public PeerReceipts? ReceiptsOf(string peer) => _receipts.Find(peer);

    /// <summary>The account read its conversation with <paramref name="peer"/> up to <paramref name="upTo"/>.</summary>
    public void MarkRead(string peer, long upTo)
    {
        _snapshot = null;
        MarkMentionsRead(peer, upTo);
        if (upTo >= Cursor)
        {
            SetUnread(peer, 0);
        }
        else if (_recent.Count > 0 && _recent.Peek().Seq <= upTo + 1)
        {
            // What is not known (older than the oldest recent event) stays unread rather than lost.
            var later = _recent.Count(past => past is MessageReceived { IsOwn: false } message && message.Seq > upTo && Same(message.Peer, peer));
            SetUnread(peer, Math.Min(_unread.Find(peer), later));
        }
    }

    private void Change(ref ImEvent happened)
    {
        switch (happened)
        {
            case MessageReceived { IsOwn: false } message:
                SetUnread(message.Peer, _unread.Find(message.Peer) + 1);
                CountMention(message);
                break;
            case GroupChanged group:
                ChangeGroup(group);
                break;
            case ReceiptReceived { What: ReceiptReceived.Read } receipt when IsOwnReading(receipt):
                MarkRead(receipt.Peer, receipt.UpTo);
                break;
            case ReceiptReceived receipt:
                TakeReceipt(receipt);
                break;
            case ContactChanged { Contact.State: "none" } removed:
                _contacts.Remove(removed.Contact.Account);
                break;
            case ContactChanged changed:
                // Mail is in pages and in events of its own, not in the log.
                _contacts.Set(changed.Contact.Account, changed.Contact with { Mail = MailFrom(changed.Contact.Account) });
                break;
            case ProfileChanged profile:
                _profile = Merge(_profile, profile.Changes);
                happened = profile with { Profile = _profile };
                break;
            case SettingsChanged settings:
                Merge(_settings, settings.Changes);
                break;
            case CustomChanged custom:
                Merge(_custom, custom.Changes);
                break;
            case LinksChanged links:
                _role = links.Members.FirstOrDefault(member => Same(member.Account, _account))?.Role ?? _role;
                break;
        }
    }

    /// <summary>
    /// A read receipt is in the log of both sides. Who read is told by <see cref="ReceiptReceived.By"/>; where a server
    /// leaves it out, by the message at <see cref="ReceiptReceived.UpTo"/>: nobody acknowledges their own message.
    /// </summary>
    private bool IsOwnReading(ReceiptReceived receipt) => receipt.By is { } reader
        ? Same(reader, _account)
        : _recent.Any(past => past is MessageReceived { IsOwn: false } && past.Seq == receipt.UpTo);

    /// <summary>The peer has more of what this account wrote. Whatever is read was delivered.</summary>
    private void TakeReceipt(ReceiptReceived receipt)
    {
        var had = _receipts.Find(receipt.Peer) ?? new();
        _receipts.Set(receipt.Peer, had with
        {
            Delivered = Math.Max(had.Delivered, receipt.UpTo),
            Read = receipt.What == ReceiptReceived.Read ? Math.Max(had.Read, receipt.UpTo) : had.Read,
        });
    }

    private void Remember(ImEvent happened)
    {
        _recent.Enqueue(happened);
        while (_recent.Count > _recentLimit)
        {
            _recent.Dequeue();
        }
    }

    private void SetUnread(string peer, int count)
    {
        if (count > 0)
        {
            _unread.Set(peer, count);
        }
        else
        {
            _unread.Remove(peer);
        }
    }

    private static void ReplaceIfGiven<T>(CopyOnWriteMap<T> map, IEnumerable<KeyValuePair<string, T>>? items)
    {
        if (items is not null)
        {
            map.Replace(items);
        }
    }

    private static void Merge(CopyOnWriteMap<JsonElement> map, IReadOnlyDictionary<string, JsonElement> changes)
    {
        foreach (var (key, value) in changes)
        {
            if (value.ValueKind == JsonValueKind.Null)
            {
                map.Remove(key);
            }
            else
            {
                map.Set(key, value);
            }
        }
    }

    private static Profile Merge(Profile profile, JsonElement changes) => profile with
    {
        DisplayName = Changed(changes, "displayName", profile.DisplayName),
        Email = Changed(changes, "email", profile.Email),
        Description = Changed(changes, "description", profile.Description),
        Avatar = Changed(changes, "avatar", profile.Avatar),
    };

    private static string? Changed(JsonElement changes, string name, string? before) =>
        changes.Find(name) is { } value ? (value.ValueKind == JsonValueKind.String ? value.GetString() : null) : before;

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
