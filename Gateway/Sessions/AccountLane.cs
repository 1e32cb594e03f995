using System.Runtime.InteropServices;
using OrleansIM.Links;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// One account in one session: which of its entries the client has been sent, and what has to be done so that the next
/// one is the next in the log. Pushes are hints, so nothing here depends on one: a push that is out of order only tells
/// how far the log is. No I/O and no lock: the session guards it and does what <see cref="NextStep"/> says.
/// </summary>
internal sealed class AccountLane(string account)
{
    /// <summary>Pushed entries that are kept while the page or the log is being read; more are read from the log.</summary>
    public const int MaxHeld = 32;

    private List<TimelineEntry>? _held;
    private bool _mustReopen;

    public string Account { get; } = account;

    public LaneState State { get; private set; } = LaneState.Opening;

    /// <summary>The role of the account in the link group, for its page.</summary>
    public LinkRole Role { get; set; }

    /// <summary>The seq of the last entry that went to the client.</summary>
    public long Seen { get; private set; }

    /// <summary>The highest seq that is known to exist.</summary>
    public long Head { get; private set; }

    /// <summary>
    /// Takes pushed entries. True if a repair has to be started: see <see cref="NextStep"/>.
    /// </summary>
    public bool OnPushed<TSink>(ReadOnlySpan<TimelineEntry> entries, ref TSink sink) where TSink : struct, ILaneSink
    {
        if (entries.IsEmpty || State == LaneState.Closed)
        {
            return false;
        }

        Head = Math.Max(Head, entries[^1].Seq);
        if (State is LaneState.Opening or LaneState.Repairing)
        {
            Hold(entries);
            return false;
        }

        if (State == LaneState.Behind)
        {
            return false;
        }

        Forward(entries, ref sink, out var gap);
        if (!gap)
        {
            return false;
        }

        Hold(entries);
        State = LaneState.Repairing;
        return true;
    }

    /// <summary>The account was opened, or opened again; the client has seen everything up to the cursor.</summary>
    public void OnOpened(long cursor, long head)
    {
        if (State == LaneState.Closed)
        {
            return;
        }

        Seen = cursor;
        Head = Math.Max(Head, head);
        State = LaneState.Repairing;
    }

    /// <summary>The account could not be opened again; it is still to be done.</summary>
    public void OnReopenFailed() => _mustReopen = true;

    /// <summary>The account does not know the session any more. True if a repair has to be started.</summary>
    public bool OnForgotten()
    {
        if (State == LaneState.Closed)
        {
            return false;
        }

        _mustReopen = true;
        return StartRepair(LaneState.Live) || StartRepair(LaneState.Behind);
    }

    /// <summary>How far the log is, from a renewal. True if a repair has to be started.</summary>
    public bool OnHead(long head)
    {
        if (State == LaneState.Closed)
        {
            return false;
        }

        Head = Math.Max(Head, head);
        return Head > Seen && StartRepair(LaneState.Live);
    }

    /// <summary>The client's queue has room again. True if a repair has to be started.</summary>
    public bool OnRoom() => StartRepair(LaneState.Behind);

    /// <summary>Nothing of the account goes to the client from here on.</summary>
    public void Close()
    {
        State = LaneState.Closed;
        _held = null;
    }

    /// <summary>What a repair does next; <see cref="LaneStep.None"/> ends it.</summary>
    public LaneStep NextStep<TSink>(ref TSink sink) where TSink : struct, ILaneSink
    {
        if (State != LaneState.Repairing)
        {
            return LaneStep.None;
        }

        if (_mustReopen)
        {
            // Taken back now, so that whatever is told while the account is asked counts again.
            _mustReopen = false;
            return LaneStep.Reopen;
        }

        Forward(CollectionsMarshal.AsSpan(_held), ref sink, out _);
        if (State != LaneState.Repairing)
        {
            return LaneStep.None;
        }

        if (_held?.RemoveAll(entry => entry.Seq <= Seen) > 0 && _held.Count == 0)
        {
            _held = null;
        }

        if (Head > Seen)
        {
            return LaneStep.Pull;
        }

        State = LaneState.Live;
        return LaneStep.None;
    }

    /// <summary>
    /// Takes what was read from the log after <see cref="Seen"/>. False if that has a hole: the log has lost its old end,
    /// and the account is opened again to say what the client reloads.
    /// </summary>
    public bool OnPulled<TSink>(ReadOnlySpan<TimelineEntry> entries, ref TSink sink) where TSink : struct, ILaneSink
    {
        if (State != LaneState.Repairing)
        {
            return true;
        }

        if (entries.IsEmpty || entries[^1].Seq <= Seen)
        {
            // The log is the truth: what was said to be there is not.
            Head = Seen;
            _held = null;
            return true;
        }

        Head = Math.Max(Head, entries[^1].Seq);
        Forward(entries, ref sink, out var gap);
        _mustReopen |= gap;
        return !gap;
    }

    private bool StartRepair(LaneState from)
    {
        if (State != from)
        {
            return false;
        }

        State = LaneState.Repairing;
        return true;
    }

    private void Hold(ReadOnlySpan<TimelineEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Seq > Seen && (_held?.Count ?? 0) < MaxHeld)
            {
                (_held ??= []).Add(entry);
            }
        }
    }

    /// <summary>Forwards what is next, skips what was, stops at a gap or when the client's queue is full.</summary>
    private void Forward<TSink>(ReadOnlySpan<TimelineEntry> entries, ref TSink sink, out bool gap) where TSink : struct, ILaneSink
    {
        gap = false;
        foreach (var entry in entries)
        {
            if (entry.Seq <= Seen)
            {
                continue;
            }

            if (entry.Seq != Seen + 1)
            {
                gap = true;
                return;
            }

            if (!sink.TryForward(Account, entry))
            {
                State = LaneState.Behind;
                _held = null;
                return;
            }

            Seen = entry.Seq;
        }
    }
}

/// <summary>Where a lane stands.</summary>
internal enum LaneState
{
    /// <summary>The client does not have the page yet.</summary>
    Opening,
    /// <summary>The client has everything; pushes go through.</summary>
    Live,
    /// <summary>The log is being read, or the account opened again.</summary>
    Repairing,
    /// <summary>The client's queue is full; pushes are not taken.</summary>
    Behind,
    /// <summary>The account has left the session.</summary>
    Closed,
}

/// <summary>A step of a repair.</summary>
internal enum LaneStep
{
    None,
    Reopen,
    Pull,
}

/// <summary>Where a lane's entries go.</summary>
internal interface ILaneSink
{
    /// <summary>False if there is no room: the entry was not taken.</summary>
    bool TryForward(string account, TimelineEntry entry);
}
