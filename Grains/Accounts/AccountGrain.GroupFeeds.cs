using OrleansIM.Accounts;
using OrleansIM.Grains.Collections;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// How the logs of groups get into the log of a member: in their order, each entry once, as a reference. How far a group
/// is taken over stands in the account's own log, so there is nothing to get out of step: whoever activates the account
/// goes on exactly there. Hints only say that there is something; what was not hinted is read.
/// </summary>
internal sealed partial class AccountGrain
{
    // More than the entries of one invitation, which show nothing and end with one that does.
    private const int FeedPage = 300;
    private const int FeedAttempts = 5;
    private static readonly TimeSpan s_feedPause = TimeSpan.FromSeconds(1);

    // A page waits so long for what its groups have had in the meantime; the rest follows as events.
    private static readonly TimeSpan s_catchUpPatience = TimeSpan.FromSeconds(2);

    private SparseMap<string, GroupFeed> _feeds = new();

    private Task? _caughtUp;
    private int _opening;
    private bool _isClosing;

    private bool IsAwake => _sessions.Count > 0 || _opening > 0;

    private bool HasCaughtUp => _state.Groups.Count == 0 || _caughtUp is { IsCompletedSuccessfully: true };

    public Task HearGroupAsync(GroupNews news)
    {
        SweepSessions(_services.Time.GetUtcNow());
        if (!IsAwake || !IsActive)
        {
            FallAsleep();
        }
        else if (_state.Groups.Find(news.Group) is not null)
        {
            var feed = FeedOf(news.Group);
            feed.Hear(news.Head, news.Entries);
            _ = Run(feed);
        }

        return Task.CompletedTask;
    }

    /// <summary>
    /// A session opens: from now on the account hears of its groups, and what it missed is taken over before the page is
    /// made. One read says which groups have something.
    /// </summary>
    private async Task CatchUpGroupsAsync()
    {
        _opening++;
        try
        {
            await (_caughtUp ??= CatchUpAsync());
        }
        catch
        {
            _caughtUp = null;
            throw;
        }
        finally
        {
            _opening--;
        }
    }

    private async Task CatchUpAsync()
    {
        // Hearing first: what happens after the heads were read is told.
        string[] groups = [.. _state.Groups.Names];
        foreach (var group in groups)
        {
            _services.GroupRelay.Join(group, _id);
        }

        var heads = await _services.Store.GetHeadsAsync(groups, CancellationToken.None);
        foreach (var (group, head) in groups.Zip(heads))
        {
            if (_state.Groups.Find(group) is { } mine && mine.Merged < head)
            {
                FeedOf(group).Hear(head, []);
                _ = Run(FeedOf(group));
            }
        }

        try
        {
            await Task.WhenAll(_feeds.Values.Select(feed => feed.Running ?? Task.CompletedTask)).WaitAsync(s_catchUpPatience, _services.Time);
        }
        catch (TimeoutException)
        {
            LogCatchesUpLater();
        }
    }

    /// <summary>Nobody looks at this account any more: its groups need not tell it anything.</summary>
    private void FallAsleep()
    {
        _caughtUp = null;
        foreach (var group in _state.Groups.Names)
        {
            _services.GroupRelay.Leave(group, _id);
        }
    }

    /// <summary>This activation ends: what is being taken over is finished, nothing more is begun.</summary>
    private async Task CloseFeedsAsync()
    {
        _isClosing = true;
        FallAsleep();
        await Task.WhenAll(_feeds.Values.Select(feed => feed.Running ?? Task.CompletedTask));
    }

    private GroupFeed FeedOf(string group)
    {
        if (!_feeds.TryGetValue(group, out var feed))
        {
            _feeds[group] = feed = new GroupFeed(group);
        }

        return feed;
    }

    /// <summary>Returns when the log of a group is taken over up to a seq, or up to where this account was removed, or it cannot be done now.</summary>
    private async Task TakeOverUpToAsync(string group, long seq)
    {
        var feed = FeedOf(group);
        feed.Hear(seq, []);
        // What runs may have looked before it was told of this seq.
        for (var attempt = 0; attempt < 2 && _state.Groups.Find(group)?.Merged < seq; attempt++)
        {
            await Run(feed);
        }
    }

    private Task Run(GroupFeed feed) => feed.Running is { IsCompleted: false } ? feed.Running : feed.Running = RunAsync(feed);

    private async Task RunAsync(GroupFeed feed)
    {
        var failures = 0;
        while (failures < FeedAttempts && !_isClosing && !_timeline.IsBroken && _state.Groups.Find(feed.Group)?.Merged < feed.Target)
        {
            try
            {
                using var gate = await Gates.Feeds.EnterAsync(feed.Group);
                if (await TakeOverSomeAsync(feed, feed.Target))
                {
                    failures = 0;
                    continue;
                }
            }
#pragma warning disable CA1031 // Nothing is lost: it is tried again, at the latest when somebody opens the account.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogFeedFailed(failure);
            }

            failures++;
            await Task.Delay(s_feedPause);
        }

        if (_state.Groups.Find(feed.Group) is null)
        {
            _services.GroupRelay.Leave(feed.Group, _id);
            _feeds.Remove(feed.Group);
        }
    }

    /// <summary>Takes over what comes next. The gate of the group is held. False if nothing could be stored.</summary>
    private async Task<bool> TakeOverSomeAsync(GroupFeed feed, long target)
    {
        if (_state.Groups.Find(feed.Group) is not { } mine || mine.Merged >= target)
        {
            return true;
        }

        IReadOnlyList<TimelineEntry> entries = feed.Take(mine.Merged);
        if (entries.Count == 0)
        {
            entries = (await _services.Store.ReadAsync(feed.Group, mine.Merged, FeedPage, CancellationToken.None)).Whole();
        }

        var unit = _services.Appender.Prepare();
        foreach (var entry in entries.Where(entry => entry.Kind is EntryKind.Message or EntryKind.Group))
        {
            var isOwn = entry.Kind is EntryKind.Message && GroupEvent.ReadMessage(entry.Data, _id).From == _id;
            unit.Add(Reference(feed.Group, entry) with { Dedupe = isOwn ? PostKey(feed.Group, entry.Seq) : null });
            if (entry.Kind is EntryKind.Group && GroupEvent.ReadOrNull(entry.Data)?.Removes(_id) == true)
            {
                // What the group had after that is not this account's.
                break;
            }
        }

        if (unit.Entries.Count == 0)
        {
            _services.Appender.Abandon(unit);
            return false;
        }

        if (await CommitAsync(unit) is not null)
        {
            return false;
        }

        foreach (var own in unit.Entries.Where(entry => entry.Dedupe is not null))
        {
            feed.RememberOwn(own.PeerSeq!.Value, own.Seq);
        }

        return true;
    }

    private PreparedEntry Reference(string group, TimelineEntry entry) =>
        new(_timeline, entry.Kind, entry.At, group, entry.Data) { PeerSeq = entry.Seq, IsReference = true };

    /// <summary>A group has added this account, or finds out that it is not there any more.</summary>
    private async Task TakeInvitesAsync(string group, DeferredAppend[] invites)
    {
        foreach (var invite in invites)
        {
            var key = new OutboxKey(group, invite.SenderSeq);
            if (!Exists)
            {
                await LeaveQuietlyAsync(group);
                await _services.Store.RemoveFromOutboxAsync(key, CancellationToken.None);
                continue;
            }

            await JoinAsync(group, invite.SenderSeq + GroupEvent.ReadInvite(invite.Data), key);
        }

        if (Exists && _state.Groups.Find(group) is not null && IsAwake)
        {
            _caughtUp ??= Task.CompletedTask;
            _services.GroupRelay.Join(group, _id);
            var feed = FeedOf(group);
            feed.Hear(await _services.Store.GetHeadAsync(group, CancellationToken.None), []);
            _ = Run(feed);
        }
    }

    /// <summary>Begins to follow a group with the entry that says so; everything before that is not this account's.</summary>
    private async Task JoinAsync(string group, long seq, OutboxKey key)
    {
        using var gate = await Gates.Feeds.EnterAsync(group);
        while (_state.Groups.Find(group)?.Merged < seq)
        {
            // It was a member before. First to the end of that.
            if (!await TakeOverSomeAsync(FeedOf(group), seq))
            {
                throw new AppendRefusedException("The group's log cannot be taken over now.");
            }
        }

        try
        {
            if (_state.Groups.Find(group) is not null)
            {
                await _services.Store.RemoveFromOutboxAsync(key, CancellationToken.None);
                return;
            }

            var joined = (await _services.Store.ReadAsync(group, seq - 1, 1, CancellationToken.None)).Single();
            if (await AppendAsync(Reference(group, joined) with { Dedupe = PostKey(group, seq), Completes = key }) is { } refusal)
            {
                throw new AppendRefusedException(refusal.Message);
            }
        }
        catch (DuplicateEntryException)
        {
            // Told before, and it has left since.
            await _services.Store.RemoveFromOutboxAsync(key, CancellationToken.None);
        }
    }
}
