using OrleansIM.Grains.Collections;

namespace OrleansIM.Grains.Contacts;

/// <summary>
/// When each friend of an account changed last, and who is none any more: what a program that synchronizes is told
/// without reading the log. A part of the account's state: the same entries give the same marks.
/// </summary>
internal sealed class AddressBookMarks
{
    /// <summary>How many of those who are no friends any more are remembered.</summary>
    public const int MaxRemoved = 500;

    private SparseMap<string, AddressBookMark> _friends;
    private SparseMap<string, AddressBookMark> _removed;

    /// <summary>Goes on from a snapshot. Without one (an account older than this), what was before that seq is not known.</summary>
    public AddressBookMarks(AddressBookSnapshot? snapshot, long appliedSeq)
    {
        _friends = snapshot is null ? new() : new(snapshot.Friends);
        _removed = snapshot is null ? new() : new(snapshot.Removed);
        Floor = snapshot?.Floor ?? appliedSeq;
        Last = Math.Max(Floor, _friends.Items.Concat(_removed.Items).Select(pair => pair.Value.Seq).DefaultIfEmpty().Max());
    }

    /// <summary>The seq of the last change.</summary>
    public long Last { get; private set; }

    /// <summary>Changes up to here are not known one by one.</summary>
    public long Floor { get; private set; }

    /// <summary>Those who are no friends any more, and the seq at which they ceased.</summary>
    public IEnumerable<(string Account, long Seq)> Removed => _removed.Items.Select(pair => (pair.Key, pair.Value.Seq));

    /// <summary>The last change of a friend; null if it was before this was kept.</summary>
    public AddressBookMark? Find(string friend) => _friends.GetValueOrDefault(friend);

    /// <summary>A contact has changed that was a friend, or is one now.</summary>
    public void Mark(string account, bool isFriend, AddressBookMark mark)
    {
        Last = mark.Seq;
        if (isFriend)
        {
            _removed.Remove(account);
            _friends[account] = mark;
        }
        else
        {
            _friends.Remove(account);
            _removed[account] = mark;
        }

        if (_removed.Count > MaxRemoved)
        {
            var oldest = _removed.Items.MinBy(pair => pair.Value.Seq);
            _removed.Remove(oldest.Key);
            Floor = Math.Max(Floor, oldest.Value.Seq);
        }
    }

    public AddressBookSnapshot ToSnapshot() => new() { Floor = Floor, Friends = new(_friends.Items), Removed = new(_removed.Items) };
}

/// <summary>A change of a contact: the seq of its entry and when that was decided, in milliseconds of the Unix epoch.</summary>
internal sealed record AddressBookMark(long Seq, long At);

/// <summary>The marks as they are stored.</summary>
internal sealed record AddressBookSnapshot
{
    public long Floor { get; init; }
    public Dictionary<string, AddressBookMark> Friends { get; init; } = [];
    public Dictionary<string, AddressBookMark> Removed { get; init; } = [];
}
