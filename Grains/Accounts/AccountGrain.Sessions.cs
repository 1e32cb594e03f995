using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Timelines;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Presence;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>Who sees this account live, and what they get (mission L14, P2, P3).</summary>
internal sealed partial class AccountGrain
{
    private const int MaxReadPage = 500;

    private SessionSet _sessions = new();

    // Sessions by gateway, as pushes need them; rebuilt when sessions come or go.
    private (IGatewayObserver Gateway, string[] Sessions)[]? _audience;

    // Raised whenever somebody loses the right to see this account: what was checked before is checked again.
    private int _rightsEpoch;

    public async Task<Outcome<OpenedSession>> OpenSessionAsync(OpenSession request)
    {
        var isOwn = request.Token.Account == _id;
        while (true)
        {
            if (await AdmitAsync(request, isOwn) is { } refused)
            {
                return refused;
            }

            if (HasCaughtUp)
            {
                break;
            }

            await CatchUpGroupsAsync();
        }

        var now = _services.Time.GetUtcNow();
        SweepSessions(now);
        _sessions.TryGetValue(request.Session, out var known);
        if (known is not null && known.Token.TokenId != request.Token.TokenId)
        {
            return SessionRefusals.Forbidden;
        }

        if (known is null && _sessions.Count >= _services.Options.MaxSessions)
        {
            return new Refusal(ErrorCodes.LimitReached, $"This account has {_services.Options.MaxSessions} sessions already. Sign one out (sessions.end).");
        }

        _sessions.Set(new AccountSession
        {
            Id = request.Session,
            Token = request.Token,
            Gateway = _services.Gateways.TryFind(request.Gateway, out var local) ? local : request.Gateway,
            Node = request.Node,
            Since = known?.Since ?? now,
            From = SecurityAudit.Source ?? known?.From,
            IsOwn = isOwn,
            LeaseUntil = now + _services.Options.SessionLease,
            Presence = request.Presence ?? known?.Presence ?? SessionPresence.Online,
            PresenceOrder = known?.PresenceOrder ?? ++_presenceOrder,
        });
        _audience = null;
        CountAsShown();
        UpdatePresence();
        _ = KnowMailboxesAsync();
        if (isOwn && known is null)
        {
            _ = NoteDeviceAsync(request.Token, now);
        }

        // In the same turn as the subscription, so that the page and the pushes join without a gap or a double.
        return new OpenedSession { Page = MakePage(request.ResumeFrom) };
    }

    public Task CloseSessionAsync(string session)
    {
        if (_sessions.Remove(session, out var closed))
        {
            _audience = null;
            OnSessionGone(closed);
            UpdatePresence();
        }

        return Task.CompletedTask;
    }

    public async Task<RenewedSessions> RenewSessionsAsync(RenewSessions request)
    {
        var now = _services.Time.GetUtcNow();
        SweepSessions(now);
        var unknown = request.Sessions.Where(session => !_sessions.ContainsKey(session)).ToList();
        var known = request.Sessions.Except(unknown).Select(session => _sessions[session]).ToList();
        foreach (var session in known)
        {
            session.LeaseUntil = now + _services.Options.SessionLease;
        }

        UpdatePresence();
        KeepMailboxesOpen(now);
        if (!_tellsLater && !_isTelling)
        {
            LetDeliveriesBe();
        }

        // A link group that died in the middle of a change could not tell: ask it whether its masters still are.
        foreach (var session in known.Where(session => !session.IsOwn).ToArray())
        {
            var right = await FindRightAsync(session.Id, session.SignedInAs);
            if (right is SessionRight.No)
            {
                EndSessions(candidate => candidate.Id == session.Id, SessionEnd.Unlinked);
            }
            else if (right is SessionRight.Unproved)
            {
                // Nothing is shown to it until it was opened again, which has to be proved.
                await CloseSessionAsync(session.Id);
                known.Remove(session);
                unknown.Add(session.Id);
            }
        }

        // Who has no session here learns nothing, not even how much is written.
        return new RenewedSessions { Head = known.Count > 0 ? _timeline.Head : 0, Unknown = [.. unknown] };
    }

    public Task<Outcome<SessionInfo[]>> ListSessionsAsync(string session)
    {
        if ((Refuse(session) ?? RefuseMailOnly(session)) is { } refusal)
        {
            return Task.FromResult<Outcome<SessionInfo[]>>(refusal);
        }

        SessionInfo[] devices =
        [
            .. _sessions.Values.OrderBy(open => open.Since).Select(open => new SessionInfo
            {
                Session = open.Id, Device = open.Token.Device, SignedInAs = open.SignedInAs, Since = open.Since,
            }),
        ];
        return Task.FromResult<Outcome<SessionInfo[]>>(devices);
    }

    public async Task<Outcome> EndSessionAsync(string session, string target)
    {
        if (RefuseMailOnlyOrOther(session) is { } refusal)
        {
            return refusal;
        }

        if (!_sessions.TryGetValue(target, out var found))
        {
            return FindDevice(target) is { } device
                ? await SignOutOneAsync(device.Token, device.ExpiresAt)
                : new Refusal(ErrorCodes.InvalidArgument, "session: there is no such session or device. See devices.list.");
        }

        if (!found.IsOwn)
        {
            return new Refusal(ErrorCodes.Forbidden, $"session: it was signed in as {found.SignedInAs}. End it there, or unlink.");
        }

        return await LogOutAsync(found.Token, everywhere: false);
    }

    public async Task<Outcome<TimelineEntry[]>> ReadEntriesAsync(string session, long after, int limit)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        var count = Math.Clamp(limit, 1, MaxReadPage);
        if (_timeline.TryReadRecent(after, count, out var recent))
        {
            return recent;
        }

        // Only what is taken over already: what is committed a moment later is pushed after it.
        var head = _timeline.Head;
        var read = (await _services.Store.ReadAsync(_id, after, count, CancellationToken.None)).Whole();
        return Refuse(session) is { } late ? late : read.Where(entry => entry.Seq <= head).ToArray();
    }

    /// <summary>Null for a session that sees this account.</summary>
    private Refusal? Refuse(string session) =>
        _sessions.ContainsKey(session) && IsActive ? null : SessionRefusals.Unknown;

    /// <summary>Null for a session that was signed in with this account itself.</summary>
    private Refusal? RefuseOther(string session) =>
        Refuse(session) ?? (_sessions[session].IsOwn ? null : SessionRefusals.Forbidden);

    private AccountPage MakePage(long? resumeFrom)
    {
        var resumed = resumeFrom is { } cursor && cursor >= _state.TrimmedUpTo && cursor <= _timeline.Head && _timeline.Head - cursor <= _services.TimelineOptions.ResumeLimit;
        return new AccountPage
        {
            Profile = _state.Profile,
            Settings = new Dictionary<string, string>(_state.Settings),
            Custom = new Dictionary<string, string>(_state.Custom),
            Mailboxes = MailboxesOfPage(),
            Contacts = ContactsOfPage(),
            // What follows the cursor is counted by the client as it comes.
            Unread = resumed ? _state.UnreadUpTo(resumeFrom!.Value) : _state.Unread,
            Recent = resumed ? [] : _timeline.Recent(),
            Cursor = resumed ? resumeFrom!.Value : _timeline.Head,
            Head = _timeline.Head,
            Resumed = resumed,
            Groups = _state.Groups.Summaries(resumed ? resumeFrom!.Value : long.MaxValue),
            Receipts = new Dictionary<string, PeerReceipts>(_state.Receipts.Had),
            Presence = PresenceOfPage(),
        };
    }

    /// <summary>Ends sessions now: they get nothing more, and are told why.</summary>
    private void EndSessions(Func<AccountSession, bool> which, SessionEnd reason)
    {
        _rightsEpoch++;
        var ended = _sessions.Values.Where(which).ToArray();
        foreach (var group in ended.GroupBy(session => session.Gateway))
        {
            group.Key.OnSessionsEnded(new PushedEnd { Account = _id, Sessions = [.. group.Select(session => session.Id)], Reason = reason });
        }

        foreach (var session in ended)
        {
            _sessions.Remove(session.Id);
            OnSessionGone(session);
        }

        _audience = null;
        if (reason is not SessionEnd.Restarted && ended.Length > 0)
        {
            UpdatePresence();
        }
    }

    /// <summary>
    /// Ends sessions that were signed in with this account, here and at every account they saw: when this returns, none
    /// of them gets anything any more.
    /// </summary>
    private async Task EndOwnSessionsAsync(Func<AccountSession, bool> which, SessionEnd reason)
    {
        var ended = _sessions.Values.Where(session => session.IsOwn && which(session)).Select(session => session.Id).ToHashSet();
        if (ended.Count == 0)
        {
            return;
        }

        EndSessions(session => ended.Contains(session.Id), reason);
        if (Record.LinkGroup is { } group)
        {
            await Group(group).CloseSessionsAsync(_id, [.. ended]);
        }
    }

    /// <summary>This activation ends; its sessions come back to the next one.</summary>
    private void RestartSessions()
    {
        if (_sessions.Count > 0)
        {
            EndSessions(_ => true, SessionEnd.Restarted);
        }
    }

    private void SweepSessions(DateTimeOffset now)
    {
        foreach (var expired in _sessions.Values.Where(session => session.LeaseUntil < now || session.Token.ExpiresAt < now || _services.Presence.Lost.Contains(session.Node)).ToArray())
        {
            _sessions.Remove(expired.Id);
            _audience = null;
            OnSessionGone(expired);
        }
    }

    private void PushEntries(TimelineEntry[] entries)
    {
        foreach (var (gateway, sessions) in Audience())
        {
            gateway.OnEntries(new PushedEntries { Account = _id, Sessions = sessions, Entries = entries });
            _services.Metrics.OnPushed(entries.Length, sessions.Length);
        }
    }

    private void PushSignal(string ev, byte[] data)
    {
        foreach (var (gateway, sessions) in Audience())
        {
            gateway.OnSignal(new PushedSignal { Account = _id, Sessions = sessions, Event = ev, Data = data });
        }
    }

    private (IGatewayObserver Gateway, string[] Sessions)[] Audience() => _audience ??=
    [
        .. _sessions.Values.GroupBy(session => session.Gateway).Select(group => (group.Key, group.Select(session => session.Id).ToArray())),
    ];
}
