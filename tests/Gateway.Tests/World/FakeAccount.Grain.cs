using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Presence;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>This part is what the gateway calls.</summary>
internal sealed partial class FakeAccount : IAccountGrain
{
    public Task<Outcome<OpenedSession>> OpenSessionAsync(OpenSession request) => TurnAsync<OpenedSession>("OpenSession", null, () =>
    {
        if (Password is null)
        {
            return new Refusal(ErrorCodes.UnknownAccount, "No such account.");
        }

        var signedIn = _world[request.Token.Account];
        if (request.Token.Generation != signedIn.Generation || signedIn.DeadTokens.Contains(request.Token.TokenId))
        {
            return new Refusal(ErrorCodes.Unauthenticated, "The token was signed out.");
        }

        if (!_world.MaySee(request.Token.Account, Id))
        {
            return new Refusal(ErrorCodes.Forbidden, "Not linked.");
        }

        if (signedIn != this && !signedIn._sessions.ContainsKey(request.Session))
        {
            return SessionRefusals.Unproved;
        }

        _sessions[request.Session] = request;
        var resumed = request.ResumeFrom is { } cursor && cursor <= Log.Count && Log.Count - cursor <= ResumeWindow;
        return new OpenedSession { Page = Page(resumed ? request.ResumeFrom!.Value : null) };
    });

    public async Task CloseSessionAsync(string session) => await TurnAsync<object>("CloseSession", null, () =>
    {
        _sessions.Remove(session);
        return new object();
    });

    public async Task<RenewedSessions> RenewSessionsAsync(RenewSessions request) => (await TurnAsync<RenewedSessions>("RenewSessions", null, () =>
        new RenewedSessions { Head = Log.Count, Unknown = [.. request.Sessions.Where(s => !_sessions.ContainsKey(s))] })).Get();

    public Task<Outcome> SetPresenceAsync(string session, SessionPresence presence) => TurnAsync("SetPresence", session, () =>
    {
        _sessions[session] = _sessions[session] with { Presence = presence };
        return null;
    });

    public Task<Outcome<SessionInfo[]>> ListSessionsAsync(string session) => TurnAsync<SessionInfo[]>("ListSessions", session, () =>
        _sessions.Values.Select(s => new SessionInfo
        {
            Session = s.Session,
            Device = s.Token.Device,
            SignedInAs = s.Token.Account,
            Since = s.Token.IssuedAt,
        }).ToArray());

    public Task<Outcome<DeviceInfo[]>> ListDevicesAsync(string session) => TurnAsync<DeviceInfo[]>("ListDevices", session, () => (DeviceInfo[])
        [
            .. _sessions.Values.Select(s => new DeviceInfo { Kind = DeviceKind.Session, Id = s.Session, Name = s.Token.Device, CreatedAt = s.Token.IssuedAt, SignedInAs = s.Token.Account }),
            new DeviceInfo { Kind = DeviceKind.Device, Id = ".d1", Name = "phone", CreatedAt = DateTimeOffset.UnixEpoch, SignedInAs = Id, SignedInAt = DateTimeOffset.UnixEpoch },
            new DeviceInfo { Kind = DeviceKind.AppPassword, Id = "app-1", Name = "a program", CreatedAt = DateTimeOffset.UnixEpoch, LastUsed = DateTimeOffset.UnixEpoch, From = "192.0.2.1" },
        ]);

    public Task<Outcome> EndSessionAsync(string session, string target) => TurnAsync("EndSession", session, () =>
    {
        if (!_sessions.TryGetValue(target, out var ended))
        {
            return new Refusal(ErrorCodes.InvalidArgument, "session: unknown.");
        }

        ended.Gateway.OnSessionsEnded(new PushedEnd { Account = Id, Sessions = [target], Reason = SessionEnd.SignedOut });
        _sessions.Remove(target);
        return null;
    });

    public Task<Outcome<TimelineEntry[]>> ReadEntriesAsync(string session, long after, int limit) => TurnAsync<TimelineEntry[]>("ReadEntries", session, () =>
        Log.Skip((int)Math.Max(after, Forgotten)).Take(limit).ToArray());

    public Task<Outcome<HistoryPage>> ReadHistoryAsync(string session, HistoryQuery query) => TurnAsync<HistoryPage>("ReadHistory", session, () =>
    {
        var range = Log.Where(e => e.Seq < (query.Before ?? long.MaxValue) && e.Seq > (query.After ?? 0) && (query.Peer is null || e.Peer == query.Peer)).ToArray();
        var page = query.After is null ? range.TakeLast(query.Limit) : range.Take(query.Limit);
        return new HistoryPage { Entries = page.ToArray(), More = range.Length > query.Limit };
    });

    public Task<Outcome<SentMessage>> SendAsync(string session, SendMessage message) => TurnAsync<SentMessage>("Send", session, () => Send(message));

    public Task<Outcome<SentMessages>> SendManyAsync(string session, SendMessage[] messages) => TurnAsync<SentMessages>("Send", session, () =>
    {
        Array.ForEach(messages[1..], _ => _world.Calls.Enqueue($"{Id}.Send"));
        _world.Calls.Enqueue($"{Id}.together:{messages.Length}");
        return new SentMessages
        {
            Answers = [.. messages.Select(message => RefusesMessage?.Invoke(message) is { } refusal ? refusal : new Outcome<SentMessage> { Value = Send(message) })],
        };
    });

    private SentMessage Send(SendMessage message)
    {
        _world.Calls.Enqueue($"{Id}.cid:{message.Cid}");
        LastSent = message;
        var json = JsonSerializer.Serialize(new { id = message.Cid, from = Id, to = message.To, body = message.Body, kind = message.Kind, cid = message.Cid });
        var entry = Append(EntryKind.Message, json);
        if (message.To != Id)
        {
            _world[message.To].Append(EntryKind.Message, json);
        }

        return new SentMessage { Id = message.Cid, Seq = entry.Seq, SentAt = DateTimeOffset.FromUnixTimeMilliseconds(entry.At) };
    }

    public Task<Outcome> MarkReadAsync(string session, string peer, long upTo) => TurnAsync("MarkRead", session, () => null);

    public Task<Outcome> SetTypingAsync(string session, string to, bool on) => TurnAsync("SetTyping", session, () =>
    {
        _world[to].Signal("typing", JsonSerializer.Serialize(new { from = Id, to, on }));
        return null;
    });

    public Task<Outcome<ContactState>> ChangeContactAsync(string session, ChangeContact change) => TurnAsync<ContactState>("ChangeContact", session, () =>
    {
        var state = change.Action switch
        {
            ContactAction.Request => ContactState.Requested,
            ContactAction.Accept => ContactState.Friend,
            ContactAction.Block => ContactState.Blocked,
            _ => ContactState.None,
        };
        Contacts[change.Account] = new Contact { Account = change.Account, DisplayName = change.Account, State = state, Greeting = change.Greeting };
        return state;
    });

    public Task<Outcome<Contact>> SetContactAsync(string session, SetContact change) => TurnAsync<Contact>("SetContact", session, () =>
        Contacts[change.Account] = new Contact
        {
            Account = change.Account,
            DisplayName = change.Account,
            State = ContactState.Friend,
            Remark = change.Remark,
            Labels = change.Labels,
            Settings = change.Settings,
            Email = "friend@example.test",
        });

    public Task<Outcome<Profile>> SetProfileAsync(string session, SetProfile change) => TurnAsync<Profile>("SetProfile", session, () =>
        Profile = new Profile
        {
            Account = Id,
            DisplayName = change.DisplayName ?? Id,
            Email = change.Email,
            Description = change.Description,
            Avatar = change.Avatar,
        });

    public Task<Outcome> SetValueAsync(string session, SetValue change) => TurnAsync("SetValue", session, () =>
    {
        var values = change.Store == ValueStore.Settings ? Settings : Custom;
        if (change.Json is null)
        {
            values.Remove(change.Key);
        }
        else
        {
            values[change.Key] = change.Json;
        }

        return null;
    });

    public Task<Outcome<GroupView>> EnterGroupAsync(string session, bool atSignIn) => TurnAsync<GroupView>("EnterGroup", session, () =>
    {
        if (Group is null)
        {
            return new GroupView { Role = LinkRole.Master, Members = [] };
        }

        var role = _world.Group(Group)[Id];
        var members = _world.Group(Group).Where(m => role == LinkRole.Master || m.Key == Id)
            .Select(m => new LinkMember { Account = m.Key, Role = m.Value, Since = DateTimeOffset.UnixEpoch });
        return new GroupView { Group = Group, Role = role, Members = members.ToArray() };
    });

    public Task<Outcome<LinksAdded>> AddLinksAsync(string session, LinkRequest[] accounts, CancellationToken cancellation = default) => TurnAsync<LinksAdded>("AddLinks", session, () =>
    {
        var good = accounts.Where(a => (a.Jwt is null ? _world[a.Account].Password == a.Password : _world[a.Account].Jwt == a.Jwt) && _world[a.Account].Group is null).ToArray();
        Group ??= "g-" + Id;
        _world.Group(Group).TryAdd(Id, LinkRole.Master);
        _world.Link(Group, [.. good.Select(a => (a.Account, a.Role))]);
        TellGroup(Group);
        return new LinksAdded
        {
            Linked = [.. good.Select(a => new LinkMember { Account = a.Account, Role = a.Role, Since = DateTimeOffset.UnixEpoch })],
            Rejected = [.. accounts.Except(good).Select(a => new LinkRejection { Account = a.Account, Reason = ErrorCodes.BadCredentials })],
        };
    });

    public Task<Outcome> RemoveLinkAsync(string session, string account) => TurnAsync("RemoveLink", session, () =>
    {
        if (Group is null || !_world.Group(Group).Remove(account))
        {
            return new Refusal(ErrorCodes.UnknownAccount, "Not linked.");
        }

        var removed = _world[account];
        removed.Group = null;
        foreach (var member in _world.Group(Group).Keys)
        {
            removed.End(SessionEnd.Unlinked, signedInAs: member);
        }

        TellGroup(Group);
        return null;
    });

    public Task<Outcome> SetLinkRoleAsync(string session, string account, LinkRole role) => TurnAsync("SetLinkRole", session, () =>
    {
        _world.Group(Group!)[account] = role;
        foreach (var member in _world.Group(Group!).Keys.Where(m => m != account && role == LinkRole.Secondary))
        {
            _world[member].End(SessionEnd.Role, signedInAs: account);
        }

        TellGroup(Group!);
        return null;
    });

    private AccountPage Page(long? resumeFrom) => new()
    {
        Profile = Profile ?? new Profile { Account = Id, DisplayName = Id },
        Settings = new Dictionary<string, string>(Settings),
        Custom = new Dictionary<string, string>(Custom),
        Contacts = [.. Contacts.Values],
        Unread = new Dictionary<string, int>(),
        Recent = resumeFrom is null ? [.. Log.TakeLast(20)] : [],
        Cursor = resumeFrom ?? Log.Count,
        Head = Log.Count,
        Resumed = resumeFrom is not null,
        Presence = new Dictionary<string, PresenceInfo>(Presence),
        Groups = Groups,
        Receipts = new Dictionary<string, PeerReceipts>(Receipts),
        Mailboxes = Mailboxes,
    };

    private async Task<Outcome> TurnAsync(string method, string? session, Func<Refusal?> work)
    {
        var outcome = await TurnAsync<object>(method, session, () => work() is { } refusal ? refusal : new Outcome<object> { Value = method });
        return new Outcome { Refusal = outcome.Refusal };
    }

    // The work happens before the first await, as a call reaches a grain; the answer comes later, and past its gate.
    private async Task<Outcome<T>> TurnAsync<T>(string method, string? session, Func<Outcome<T>> work)
    {
        Outcome<T> outcome;
        Gate? gate;
        Exception? fault;
        lock (_world.Gate)
        {
            _world.Calls.Enqueue($"{Id}.{method}");
            gate = _gates.GetValueOrDefault(method);
            fault = Throws?.Invoke(method);
            outcome = fault is not null ? default
                : Refuses?.Invoke(method) is { } refusal ? refusal
                : session is not null && !_sessions.ContainsKey(session) ? SessionRefusals.Unknown
                : work();
        }

        await Task.Yield();
        if (gate is not null)
        {
            await gate.PassAsync();
        }

        return fault is null ? outcome : throw fault;
    }
}
