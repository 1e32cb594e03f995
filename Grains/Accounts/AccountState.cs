using OrleansIM.Contacts;
using OrleansIM.Grains.Collections;
using OrleansIM.Grains.Contacts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What an account's log adds up to. Pure: the same entries give the same state, live and replayed.
/// </summary>
internal sealed class AccountState
{
    /// <summary>Unread messages are counted up to here per peer; the oldest drop out of the count first.</summary>
    public const int MaxUnread = 999;

    private readonly string _account;
    private SparseMap<string, Contact> _contacts;
    private SparseMap<string, List<long>> _unread;
    private SparseMap<string, string> _settings;
    private SparseMap<string, string> _custom;
    private bool _givesReceipts;
    private bool _isOpenToAll;

    public AccountState(string account, AccountSnapshot snapshot, Profile registered)
    {
        _account = account;
        AppliedSeq = snapshot.AppliedSeq;
        TrimmedUpTo = snapshot.TrimmedUpTo;
        Marks = snapshot.Marks;
        Profile = WithOneId(snapshot.Profile ?? registered);
        _settings = new(snapshot.Settings);
        _custom = new(snapshot.Custom);
        _contacts = new(snapshot.Contacts.Select(contact => KeyValuePair.Create(contact.Account, contact)));
        _unread = new(snapshot.Unread.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.ToList())));
        Groups = new AccountGroups(account, snapshot.Groups);
        Receipts = new ReceiptState(snapshot);
        AddressBook = new AddressBookMarks(snapshot.AddressBook, snapshot.AppliedSeq);
        ApplyPrivacy();
    }

    public long AppliedSeq { get; private set; }

    /// <summary>Entries up to here may be gone: history and resume end there.</summary>
    public long TrimmedUpTo { get; private set; }

    public IReadOnlyList<LogMark> Marks { get; private set; }
    public Profile Profile { get; private set; }
    public IReadOnlyDictionary<string, string> Settings => _settings.Items;
    public IReadOnlyDictionary<string, string> Custom => _custom.Items;
    public IReadOnlyDictionary<string, Contact> Contacts => _contacts.Items;
    public ReceiptState Receipts { get; }

    public AccountGroups Groups { get; }

    public AddressBookMarks AddressBook { get; }

    public IReadOnlyDictionary<string, int> Unread => UnreadUpTo(long.MaxValue);

    public Contact? Contact(string account) => _contacts.GetValueOrDefault(account);

    public ContactState ContactState(string account) => _contacts.GetValueOrDefault(account)?.State ?? default;

    /// <summary>What is unread of the entries up to a seq, per peer.</summary>
    public IReadOnlyDictionary<string, int> UnreadUpTo(long cursor) => _unread.Items
        .Select(pair => (Peer: pair.Key, Count: pair.Value.Count(seq => seq <= cursor)))
        .Where(unread => unread.Count > 0)
        .ToDictionary(unread => unread.Peer, unread => unread.Count);

    /// <summary>The newest unread message of a peer up to a seq; null if there is none.</summary>
    public long? LastUnread(string peer, long upTo)
    {
        if (!_unread.TryGetValue(peer, out var seqs))
        {
            return null;
        }

        var last = seqs.FindLastIndex(seq => seq <= upTo);
        return last < 0 ? null : seqs[last];
    }

    /// <summary>Whether a peer may know what became of its messages: friends, unless this account wants nobody to.</summary>
    public bool GivesReceiptsTo(string peer) => _givesReceipts && IsFriend(peer);

    public bool IsFriend(string account) => ContactRules.IsFriend(ContactState(account));

    /// <summary>Whether another account may write to this one.</summary>
    public bool TakesMessagesOf(string account) => ContactRules.TakesMessages(ContactState(account), _isOpenToAll);

    public void Apply(TimelineEntry entry)
    {
        if (entry.Seq <= AppliedSeq)
        {
            return;
        }

        AppliedSeq = entry.Seq;
        ApplyToGroups(entry);
        switch (entry.Kind)
        {
            case EntryKind.Message when entry.Peer is { } peer && !EntryData.IsFrom(entry.Data, _account):
                AddUnread(peer, entry.Seq);
                if (entry.PeerSeq is { } peerSeq && GivesReceiptsTo(peer))
                {
                    Receipts.Owe(peer, entry.Seq, peerSeq);
                }

                break;
            case EntryKind.Receipt:
                ApplyReceipt(EntryData.ReadReceipt(entry.Data));
                break;
            case EntryKind.Contact:
                ApplyContact(EntryData.ReadContact(entry.Data), new AddressBookMark(entry.Seq, entry.At));
                break;
            case EntryKind.Profile:
                Profile = WithOneId(EntryData.ReadProfile(entry.Data));
                break;
            case EntryKind.Settings:
                ApplyValue(ref _settings, entry.Data);
                ApplyPrivacy();
                break;
            case EntryKind.Custom:
                ApplyValue(ref _custom, entry.Data);
                break;
        }
    }

    /// <summary>Most accounts are called by their id: what was read comes with that text twice, and this account has it already.</summary>
    private Profile WithOneId(Profile profile) => profile with
    {
        Account = _account,
        DisplayName = profile.DisplayName == _account ? _account : profile.DisplayName,
    };

    private void ApplyToGroups(TimelineEntry entry)
    {
        if (entry.Peer is { } peer && GroupIds.IsGroup(peer) && entry.Kind is EntryKind.Message or EntryKind.Group && !Groups.Apply(peer, entry))
        {
            // Nobody will read there any more.
            _unread.Remove(peer);
        }
    }

    /// <summary>Notes how far the log is, and lets its entries go up to a seq: nobody can read them, so none is unread.</summary>
    public void Trim(long upTo, DateTimeOffset now)
    {
        if (upTo > TrimmedUpTo)
        {
            TrimmedUpTo = upTo;
            foreach (var peer in _unread.Keys.ToArray())
            {
                RemoveUnread(peer, upTo);
                Groups.Read(peer, upTo);
            }
        }

        Marks = Retention.Mark(Marks, AppliedSeq, TrimmedUpTo, now);
    }

    public AccountSnapshot ToSnapshot() => new()
    {
        AppliedSeq = AppliedSeq,
        TrimmedUpTo = TrimmedUpTo,
        Marks = [.. Marks],
        Profile = Profile,
        Settings = new(Settings),
        Custom = new(Custom),
        Contacts = [.. _contacts.Values],
        Unread = _unread.Items.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray()),
        Groups = Groups.ToSnapshot(),
        AddressBook = AddressBook.ToSnapshot(),
        Receipts = new(Receipts.Had),
        OwedReceipts = new(Receipts.Owed),
    };

    private void AddUnread(string peer, long seq)
    {
        if (!_unread.TryGetValue(peer, out var seqs))
        {
            _unread[peer] = seqs = [];
        }

        seqs.Add(seq);
        if (seqs.Count > MaxUnread)
        {
            seqs.RemoveAt(0);
        }
    }

    private void RemoveUnread(string peer, long upTo)
    {
        if (_unread.TryGetValue(peer, out var seqs))
        {
            seqs.RemoveAll(seq => seq <= upTo);
            if (seqs.Count == 0)
            {
                _unread.Remove(peer);
            }
        }
    }

    private void ApplyReceipt(ReceiptData receipt)
    {
        if (receipt.By != _account)
        {
            Receipts.Take(receipt.By, receipt.What, receipt.UpTo);
        }
        else if (receipt.What == ReceiptState.Read)
        {
            RemoveUnread(receipt.Peer, receipt.UpTo);
            Groups.Read(receipt.Peer, receipt.UpTo);
            Receipts.SettleRead(receipt.Peer, receipt.UpTo);
        }
    }

    private void ApplyPrivacy()
    {
        _isOpenToAll = PrivacyRules.Read(Settings, PrivacySettings.Messages) == PrivacySettings.Everyone;
        _givesReceipts = PrivacyRules.Read(Settings, PrivacySettings.Receipts) != PrivacySettings.Nobody;
        if (!_givesReceipts)
        {
            Receipts.ForgoAll();
        }
    }

    private void ApplyContact(Contact contact, AddressBookMark mark)
    {
        var isFriend = ContactRules.IsFriend(contact.State);
        if (isFriend || IsFriend(contact.Account))
        {
            AddressBook.Mark(contact.Account, isFriend, mark);
        }

        if (!ContactRules.IsFriend(contact.State))
        {
            Receipts.Forgo(contact.Account);
        }

        if (ContactRules.IsEmpty(contact))
        {
            _contacts.Remove(contact.Account);
        }
        else
        {
            _contacts[contact.Account] = contact;
        }
    }

    private static void ApplyValue(ref SparseMap<string, string> values, byte[] data)
    {
        var (key, json) = EntryData.ReadValue(data);
        if (json is null)
        {
            values.Remove(key);
        }
        else
        {
            values[key] = json;
        }
    }
}
