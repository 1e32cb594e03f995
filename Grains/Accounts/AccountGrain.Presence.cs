using Orleans.Runtime;
using OrleansIM.Contacts;
using OrleansIM.Grains.Presence;
using OrleansIM.Presence;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Presence (mission P5): what this account shows of itself, and what it sees of its friends. What it is told is shown
/// only of who is a friend at that very moment (L14).
/// </summary>
internal sealed partial class AccountGrain : IAccountPresenceGrain
{
    private PresenceDamper _damper;

    // What the friends' shards have told; null while there are no sessions to tell it to.
    private PresenceView? _friends;
    private Task _friendsKnown = Task.CompletedTask;
    private IGrainTimer? _presenceTimer;
    private long _presenceOrder;
    private bool _hasShared;

    public Task<Outcome> SetPresenceAsync(string session, SessionPresence presence)
    {
        if (Refuse(session) is { } refusal)
        {
            return Task.FromResult<Outcome>(refusal);
        }

        if (presence.Status is PresenceStatus.Offline || presence.Note?.Length > ProtocolLimits.MaxText)
        {
            return Task.FromResult<Outcome>(new Refusal(ErrorCodes.InvalidArgument, "status: has to be online, away, busy or invisible; a note of the length that docs/protocol.md says."));
        }

        SetPresence(_sessions[session], presence);
        _damper.OnChosen();
        UpdatePresence();
        return Task.FromResult(Outcome.Done);
    }

    public Task<bool> ShowPresenceAsync(PresenceNews news)
    {
        _services.Presence.Metrics.OnNews();
        ShowPresence(news);
        return Task.FromResult(_friends is not null);
    }

    public Task<bool> CheckPresenceAsync(string owner)
    {
        SweepSessions(_services.Time.GetUtcNow());
        UpdatePresence();
        return Task.FromResult(_friends is not null && _services.Presence.Owner == owner);
    }

    private void SetPresence(AccountSession session, SessionPresence presence) =>
        (session.Presence, session.PresenceOrder) = (presence, ++_presenceOrder);

    /// <summary>
    /// Fetches the friends' presence for the first session; later ones find it here. Returns when the page can be made:
    /// what is late comes as events.
    /// </summary>
    private Task KnowFriendsAsync()
    {
        if (_friends is not null || !IsActive)
        {
            return _friendsKnown;
        }

        // Before anything is watched, so that the silo does not let go of it for what it was before.
        _services.Presence.Keep(_id, _services.Time.GetUtcNow() + _services.PresenceOptions.RenewEvery);
        var view = _friends = new PresenceView(_state.Contacts.Values.Where(IsFriend).Select(contact => contact.Account));
        var answers = _services.Presence.Watch(_id, view.Watched);
        return _friendsKnown = answers.Count == 0
            ? Task.CompletedTask
            : Task.WhenAny(Task.WhenAll(answers.Select(answer => TakeAnswerAsync(view, answer))), Task.Delay(_services.PresenceOptions.PageTimeout, _services.Time));
    }

    private async Task TakeAnswerAsync(PresenceView view, Task<PresenceNews> answer)
    {
        var news = await answer;
        if (_friends == view)
        {
            ShowPresence(news);
        }
    }

    private void ShowPresence(PresenceNews news)
    {
        foreach (var friend in news.Friends)
        {
            if (_state.ContactState(friend.Account) is ContactState.Friend && _friends?.Take(news.Epoch, friend) == true)
            {
                PushPresence(friend.Account, friend.State);
            }
        }
    }

    private void PushPresence(string contact, PresenceState state) =>
        PushSignal("presence", PresenceData.Changed(contact, state.Status, state.Note, state.LastSeen));

    /// <summary>After a change of contacts: who became a friend is watched, who is none any more is gone from sight at once.</summary>
    private void FollowContacts(TimelineEntry[] entries)
    {
        foreach (var entry in entries)
        {
            if (_friends is not { } view)
            {
                return;
            }

            if (entry is not { Kind: EntryKind.Contact, Peer: { } peer })
            {
                continue;
            }

            if (_state.ContactState(peer) is ContactState.Friend)
            {
                if (view.Watch(peer))
                {
                    _ = TakeAnswerAsync(view, _services.Presence.WatchAlso(_id, peer));
                }
            }
            else if (view.Unwatch(peer, out var wasSeen))
            {
                _services.Presence.Unwatch(_id, peer);
                if (wasSeen)
                {
                    PushPresence(peer, PresenceState.Offline);
                }
            }
        }
    }

    /// <summary>After any change of sessions, of what they say, or of who may see it.</summary>
    private void UpdatePresence()
    {
        var now = _services.Time.GetUtcNow();
        LetMailboxesClose();
        if (_sessions.Count > 0)
        {
            _services.Presence.Keep(_id, _sessions.Values.Min(session => session.LeaseUntil < session.Token.ExpiresAt ? session.LeaseUntil : session.Token.ExpiresAt));
        }

        var aggregate = Aggregate();
        var step = _damper.Decide(now, aggregate, Shares(PrivacySettings.Presence), Shares(PrivacySettings.LastSeen));
        if (step.SharedChanged)
        {
            _services.Presence.Share(_id, _damper.Shared);
        }
        else if (!_hasShared && aggregate is not null)
        {
            _services.Presence.Retract(_id);
        }

        _hasShared |= aggregate is not null;

        if (step.OwnChanged && _damper.Own is { } own)
        {
            PushSignal("presence", PresenceData.Changed(_id, own.Status, own.Note, lastSeen: null));
        }

        if (step.IsGone)
        {
            ForgetFriends();
        }

        AskAgain(step.AskAgainAt - now);
    }

    /// <summary>The account is disabled or deleted: friends see nothing of it from now on.</summary>
    private void WithdrawPresence()
    {
        _damper.Withdraw();
        _services.Presence.Share(_id, PresenceState.Offline);
        ForgetFriends();
    }

    private void ForgetFriends()
    {
        if (_friends is not null)
        {
            _friends = null;
            _friendsKnown = Task.CompletedTask;
            _services.Presence.Release(_id);
        }
    }

    /// <summary>This activation ends. If the sessions do not come back to the next one, that one says so when it is asked.</summary>
    private void LeavePresence()
    {
        if (_friends is not null)
        {
            _services.Presence.Keep(_id, _services.Time.GetUtcNow() + _services.PresenceOptions.OfflineDelay);
        }
    }

    private void OnSessionGone(AccountSession session)
    {
        RememberUse(session);
        if (session.Presence.Status is PresenceStatus.Invisible)
        {
            _damper.OnHidingSessionEnded(_services.Time.GetUtcNow());
        }
    }

    private SessionPresence? Aggregate() => PresenceRules.Aggregate(_sessions.Values.Select(session => (session.Presence, session.PresenceOrder)));

    private Dictionary<string, PresenceInfo> PresenceOfPage()
    {
        var page = new Dictionary<string, PresenceInfo>();
        if (_damper.At(_services.Time.GetUtcNow(), Aggregate()) is { } own)
        {
            page[_id] = new PresenceInfo { Status = PresenceData.Name(own.Status), Note = own.Note };
        }

        foreach (var (account, state) in _friends?.Friends ?? [])
        {
            if (_state.ContactState(account) is ContactState.Friend)
            {
                page[account] = new PresenceInfo { Status = PresenceData.Name(state.Status), Note = state.Note, LastSeen = state.LastSeen };
            }
        }

        return page;
    }

    private void AskAgain(TimeSpan? after)
    {
        if (after is not { } due)
        {
            _presenceTimer?.Dispose();
            _presenceTimer = null;
            return;
        }

        // A timer may be a little early; then it is asked once more.
        due = due < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : due;
        if (_presenceTimer is null)
        {
            _presenceTimer = this.RegisterGrainTimer(
                UpdatePresenceAsync, new GrainTimerCreationOptions(due, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
        else
        {
            _presenceTimer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private Task UpdatePresenceAsync()
    {
        UpdatePresence();
        return Task.CompletedTask;
    }

    private bool Shares(string setting) => PrivacyRules.Read(_state.Settings, setting) == PrivacySettings.Friends;

    private static bool IsFriend(Contact contact) => contact.State is ContactState.Friend;
}
