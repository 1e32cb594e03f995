using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// Decides when a change of an account's presence is told, so that a connection that comes and goes is not seen to, and
/// repeated changes are told as one. No clock of its own: ask it with what is now, and again when it says so. A field of
/// this type is not <c>readonly</c>, and is not copied.
/// </summary>
internal struct PresenceDamper(PresenceOptions options)
{
    // In UTC, and before all times if there is none: every account that is awake keeps these, and a DateTimeOffset? is three
    // times as long.
    private DateTime _emptySince;
    private DateTime _hiddenUntil;
    private DateTime _lastVisible;
    private DateTime _lastTold;

    /// <summary>What was told to the account's own sessions; null while it is gone.</summary>
    public SessionPresence? Own { get; private set; }

    /// <summary>What was told to friends.</summary>
    public PresenceState Shared { get; private set; } = PresenceState.Offline;

    /// <summary>A session that hid the account has ended: it may be back in a moment, so the account stays hidden as long.</summary>
    public void OnHidingSessionEnded(DateTimeOffset now) => _hiddenUntil = now.UtcDateTime + options.OfflineDelay;

    /// <summary>The user has said anew what to show.</summary>
    public void OnChosen() => _hiddenUntil = default;

    /// <summary>What the account is at this moment, from what its sessions say.</summary>
    public readonly SessionPresence? At(DateTimeOffset now, SessionPresence? aggregate) =>
        aggregate is not null && now.UtcDateTime < _hiddenUntil ? new SessionPresence { Status = PresenceStatus.Invisible } : aggregate;

    /// <summary>Decides what is told now.</summary>
    /// <param name="at">The time.</param>
    /// <param name="aggregate">What the sessions add up to; null if there are none.</param>
    /// <param name="sharesPresence">Whether friends may see the account.</param>
    /// <param name="sharesLastSeen">Whether friends may know when it was last seen.</param>
    public PresenceStep Decide(DateTimeOffset at, SessionPresence? aggregate, bool sharesPresence, bool sharesLastSeen)
    {
        var now = at.UtcDateTime;
        _emptySince = aggregate is not null ? default : _emptySince == default ? now : _emptySince;
        if (aggregate is null && Own is not null && now < _emptySince + options.OfflineDelay)
        {
            return new PresenceStep { AskAgainAt = _emptySince + options.OfflineDelay };
        }

        var own = At(at, aggregate);
        if (Shared.Status is not PresenceStatus.Offline && !(PresenceRules.IsVisible(own) && sharesPresence))
        {
            _lastVisible = _emptySince == default ? now : _emptySince;
        }

        var shared = PresenceRules.Share(own, sharesPresence, sharesLastSeen && _lastVisible != default ? _lastVisible : null);
        DateTimeOffset? reveal = own is not null && now < _hiddenUntil ? _hiddenUntil : null;
        if (own == Own && shared == Shared)
        {
            return new PresenceStep { IsGone = own is null, AskAgainAt = reveal };
        }

        if (now < _lastTold + options.MinInterval)
        {
            return new PresenceStep { AskAgainAt = _lastTold + options.MinInterval };
        }

        var step = new PresenceStep
        {
            // The page of the first session has it already.
            OwnChanged = Own is not null && own is not null && own != Own,
            SharedChanged = shared != Shared,
            IsGone = own is null,
            AskAgainAt = reveal,
        };
        (Own, Shared, _lastTold) = (own, shared, now);
        return step;
    }

    /// <summary>The account is disabled or deleted: nothing of it is shown from here on, and nothing waits.</summary>
    public void Withdraw() => (Own, Shared, _hiddenUntil, _lastVisible, _lastTold) = (null, PresenceState.Offline, default, default, default);
}

/// <summary>What has to be done about an account's presence.</summary>
internal readonly record struct PresenceStep
{
    /// <summary>Its own sessions are told <see cref="PresenceDamper.Own"/>.</summary>
    public bool OwnChanged { get; init; }

    /// <summary>Friends are told <see cref="PresenceDamper.Shared"/>.</summary>
    public bool SharedChanged { get; init; }

    /// <summary>It has no sessions, and none is expected back.</summary>
    public bool IsGone { get; init; }

    /// <summary>When the answer may be another by itself.</summary>
    public DateTimeOffset? AskAgainAt { get; init; }
}
