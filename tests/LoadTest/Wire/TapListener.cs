using System.Collections.Concurrent;
using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Wire;

/// <summary>Who listens to the connections of one session, one after the other.</summary>
/// <param name="viewer">The account that signs in.</param>
/// <param name="session">What the session is called in findings.</param>
/// <param name="shared">What is the same for all sessions.</param>
internal sealed class TapListener(int viewer, string session, TapShared shared)
{
    private volatile Tap? _current;
    private int _ready;

    public string Session => session;

    public string Run => shared.Run;

    public CheckedWorld World => shared.World;

    public Endpoints Endpoints => shared.Endpoints;

    /// <summary>The newest connection.</summary>
    public Tap? Current
    {
        get => _current;
        set => _current = value;
    }

    public int NextConnection() => shared.NextConnection();

    public StreamCheck NewCheck(long began) => new(viewer, session, began, shared.World);

    /// <summary>A connection has all its pages; of those after the first it is told how long that took.</summary>
    public void Ready(long began, long at)
    {
        if (Interlocked.Exchange(ref _ready, 1) != 0)
        {
            shared.OnResumed?.Invoke(began, at);
        }
    }

    public void Delivered(MessageMark mark, int account, Message before, long at) => shared.OnDelivered?.Invoke(mark, account, before, at);

    public void Presence(int account, string contact, string status, string note, long at) => shared.OnPresence?.Invoke(account, contact, status, note, at);

    public void Mail(int account, string mailbox, int unread, IReadOnlyList<string>? subjects, long at) =>
        shared.OnMail?.Invoke(account, mailbox, unread, subjects ?? [], at);

    /// <summary>A connection that listens on after the SDK has left it.</summary>
    public void Lingering(Task listening) => shared.Lingering.Add(listening);
}

/// <summary>What all connections of a run share.</summary>
internal sealed class TapShared(string run, CheckedWorld world, Endpoints endpoints)
{
    private int _lastConnection;

    public string Run => run;

    public CheckedWorld World => world;

    public Endpoints Endpoints => endpoints;

    public ConcurrentBag<Task> Lingering { get; } = [];

    /// <summary>A session has all its pages again: when the connection began, and when that was.</summary>
    public Action<long, long>? OnResumed { get; set; }

    /// <summary>A message came on a page: what was known of it before, and when.</summary>
    public Action<MessageMark, int, Message, long>? OnDelivered { get; set; }

    /// <summary>Presence came on a page: of whom, status, note, when.</summary>
    public Action<int, string, string, string, long>? OnPresence { get; set; }

    /// <summary>News of a mailbox came on a page: address, unread, newest subjects, when.</summary>
    public Action<int, string, int, IReadOnlyList<string>, long>? OnMail { get; set; }

    public int NextConnection() => Interlocked.Increment(ref _lastConnection);
}
