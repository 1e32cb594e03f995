using System.Text;
using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>An account whose log, sessions and faults a test looks at and sets. This part is what tests use.</summary>
internal sealed partial class FakeAccount
{
    private readonly FakeWorld _world;
    private readonly Dictionary<string, OpenSession> _sessions = [];
    private readonly Dictionary<string, Gate> _gates = [];

    public FakeAccount(FakeWorld world, string id)
    {
        (_world, Id) = (world, id);
        FrontDoor = new FakeCredentials(world, this);
        Book = new FakeBook(world, this);
    }

    public string Id { get; }

    public FakeCredentials FrontDoor { get; }

    public FakeBook Book { get; }

    public string? Password { get; set; }

    /// <summary>The one token of an issuer that signs in.</summary>
    public string? Jwt { get; set; }

    public int Generation { get; set; } = 1;

    public HashSet<string> DeadTokens { get; } = [];

    public string? Group { get; set; }

    public List<TimelineEntry> Log { get; } = [];

    public Dictionary<string, Contact> Contacts { get; } = [];

    public Dictionary<string, string> Settings { get; } = [];

    public Dictionary<string, string> Custom { get; } = [];

    public Dictionary<string, PresenceInfo> Presence { get; } = [];

    public Dictionary<string, PeerReceipts> Receipts { get; } = [];

    public Profile Profile { get; set; } = null!;

    public Messages.SendMessage? LastSent { get; private set; }

    /// <summary>What to throw or refuse instead of working; asked with the method's name.</summary>
    public Func<string, Exception?>? Throws { get; set; }

    public Func<string, Refusal?>? Refuses { get; set; }

    /// <summary>Of messages that came together.</summary>
    public Func<Messages.SendMessage, Refusal?>? RefusesMessage { get; set; }

    /// <summary>Pushes are lost.</summary>
    public bool LosesPushes { get; set; }

    /// <summary>How far behind a cursor may be to be resumed from.</summary>
    public long ResumeWindow { get; set; } = long.MaxValue;

    /// <summary>The seq before the first that the log still has.</summary>
    public long Forgotten { get; set; }

    public long Head
    {
        get
        {
            lock (_world.Gate)
            {
                return Log.Count;
            }
        }
    }

    public int SessionCount
    {
        get
        {
            lock (_world.Gate)
            {
                return _sessions.Count;
            }
        }
    }

    /// <summary>What its sessions have said of themselves, in short.</summary>
    public string[] Said
    {
        get
        {
            lock (_world.Gate)
            {
                return [.. _sessions.Values.Select(s => s.Presence is null ? "nothing" : $"{s.Presence.Status} {s.Presence.Note}".TrimEnd())];
            }
        }
    }

    /// <summary>From now on calls of this method wait until the gate is opened; <see cref="Gate.Reached"/> says that one does.</summary>
    public Gate Close(string method)
    {
        lock (_world.Gate)
        {
            return _gates[method] = new Gate();
        }
    }

    /// <summary>Appends an entry and pushes it.</summary>
    public TimelineEntry Append(EntryKind kind = EntryKind.Message, string? json = null)
    {
        lock (_world.Gate)
        {
            var seq = Log.Count + 1;
            var entry = new TimelineEntry
            {
                Seq = seq,
                Kind = kind,
                At = 1_700_000_000_000 + seq,
                Data = Encoding.UTF8.GetBytes(json ?? $$"""{"id":"m{{seq}}","body":"number {{seq}}"}"""),
            };
            Log.Add(entry);
            if (!LosesPushes)
            {
                Push(entry);
            }

            return entry;
        }
    }

    /// <summary>Pushes entries as they are, be they old, new or out of order.</summary>
    public void Push(params TimelineEntry[] entries)
    {
        lock (_world.Gate)
        {
            foreach (var (gateway, sessions) in ByGateway(_sessions.Keys))
            {
                gateway.OnEntries(new PushedEntries { Account = Id, Sessions = sessions, Entries = entries });
            }
        }
    }

    public void Signal(string name, string json)
    {
        lock (_world.Gate)
        {
            foreach (var (gateway, sessions) in ByGateway(_sessions.Keys))
            {
                gateway.OnSignal(new PushedSignal { Account = Id, Sessions = sessions, Event = name, Data = Encoding.UTF8.GetBytes(json) });
            }
        }
    }

    /// <summary>Ends the sessions that were signed in with this account, or all.</summary>
    public void End(SessionEnd reason, string? signedInAs = null)
    {
        lock (_world.Gate)
        {
            string[] ended = [.. _sessions.Values.Where(s => signedInAs is null || s.Token.Account == signedInAs).Select(s => s.Session)];
            foreach (var (gateway, sessions) in ByGateway(ended))
            {
                gateway.OnSessionsEnded(new PushedEnd { Account = Id, Sessions = sessions, Reason = reason });
            }

            Array.ForEach(ended, session => _sessions.Remove(session));
        }
    }

    /// <summary>Forgets every session, as a new activation does.</summary>
    public void Forget()
    {
        lock (_world.Gate)
        {
            _sessions.Clear();
        }
    }

    private (IGatewayObserver Gateway, string[] Sessions)[] ByGateway(IEnumerable<string> sessions) =>
        [.. sessions.GroupBy(s => _sessions[s].Gateway, (gateway, ids) => (gateway, ids.ToArray()))];

    /// <summary>Tells the members of the group what it is now.</summary>
    private void TellGroup(string group)
    {
        var members = _world.Group(group).Select(m => new { account = m.Key, role = m.Value == LinkRole.Master ? "master" : "secondary" });
        var json = JsonSerializer.Serialize(new { members });
        foreach (var account in _world.Group(group).Keys)
        {
            _world[account].Append(EntryKind.Link, json);
        }
    }
}

/// <summary>Where calls wait.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(60));

    public void Open() => _opened.TrySetResult();

    public Task PassAsync()
    {
        _reached.TrySetResult();
        return _opened.Task;
    }
}
