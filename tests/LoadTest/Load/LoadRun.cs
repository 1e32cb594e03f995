using System.Diagnostics;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Servers;
using OrleansIM.LoadTest.Settings;
using OrleansIM.LoadTest.Town;
using OrleansIM.LoadTest.Wire;

namespace OrleansIM.LoadTest.Load;

/// <summary>What everything in a run shares.</summary>
internal sealed class LoadRun : IDisposable
{
    /// <summary>Everybody's password.</summary>
    public const string Password = "correct horse battery staple";

    private int _lastSession;

    public LoadRun(ScenarioSettings settings, int seed, IServerUnderLoad server)
    {
        (Settings, Seed, Server) = (settings, seed, server);

        // Names are new in each run, so that runs against one server do not meet.
        Name = "lt" + Convert.ToString(Random.Shared.NextInt64(1L << 32, 1L << 40), 16);
        var names = new Names();
        People = new People(Name, settings, seed, names);
        var findings = new Findings();
        World = new CheckedWorld(names, new Ledger(names, findings), new Rights(), findings, People.MayHearOf);
        Presences = new PresenceBook(this);
        Shared = new TapShared(Name, World, new Endpoints(server.Gateways, server.IsReady, TimeProvider.System))
        {
            OnDelivered = Delivered,
            OnResumed = (began, at) => Meters.Resume.Record(began, at),
            OnPresence = Presences.See,
            OnMail = SeeMail,
        };
        Http = new EndpointHandler(Shared.Endpoints);
    }

    public ScenarioSettings Settings { get; }

    public int Seed { get; }

    public IServerUnderLoad Server { get; }

    /// <summary>Begins all names and messages of the run.</summary>
    public string Name { get; }

    public People People { get; }

    public CheckedWorld World { get; }

    public TapShared Shared { get; }

    public HttpMessageHandler Http { get; }

    public Meters Meters { get; } = new();

    public Counters Counters { get; } = new();

    public PresenceBook Presences { get; }

    /// <summary>How long the SDK waits for an answer, a reconnect included.</summary>
    public TimeSpan RequestTimeout => TimeSpan.FromSeconds(Math.Max(30, Settings.Patience));

    /// <summary>Sessions that are open.</summary>
    public int Online => People.All.Sum(person => (person.Main is { IsOpen: true } ? 1 : 0) + (person.Side is { IsOpen: true } ? 1 : 0));

    public int NextSession() => Interlocked.Increment(ref _lastSession);

    /// <summary>A pause as people make it.</summary>
    public Task ThinkAsync(Random random, CancellationToken stop)
    {
        var seconds = Settings.Think[0] + (random.NextDouble() * (Settings.Think[1] - Settings.Think[0]));
        return Task.Delay(TimeSpan.FromSeconds(seconds), stop);
    }

    /// <summary>While links of a person change, each of its accounts may or may not be seen by each.</summary>
    public void DoubtLinks(Person person)
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var (viewer, account) in PairsOf(person))
        {
            World.Rights.Doubt(viewer.Number, account.Number, now);
        }
    }

    /// <summary>The links of a person are known.</summary>
    public void SettleLinks(Person person)
    {
        var now = Stopwatch.GetTimestamp();
        foreach (var (viewer, account) in PairsOf(person))
        {
            World.Rights.Set(viewer.Number, account.Number, viewer is { IsLinked: true, IsMaster: true } && account.IsLinked, now);
        }
    }

    public void Dispose() => Http.Dispose();

    private static IEnumerable<(Account Viewer, Account Account)> PairsOf(Person person) =>
        person.Accounts.SelectMany(viewer => person.Accounts.Where(account => account != viewer).Select(account => (viewer, account)));

    private void Delivered(MessageMark mark, int account, Message before, long at)
    {
        // The first session of the recipient that has it is what counts.
        if (before.RecipientSeq == 0 && World.Ledger.Find(mark)?.To == account)
        {
            Counters.Deliver();
            if (before.IsAwaited)
            {
                Meters.Latency.Record(before.Intended, at);
            }
        }
    }

    private void SeeMail(int account, string address, int unread, IReadOnlyList<string> subjects, long at)
    {
        if (account == Names.Stranger || People.Of(account).Mailbox is not { } mailbox || mailbox.Mailbox.Address != address)
        {
            World.Findings.Add(Fault.Leak, $"{World.Names.Of(account)} got mail of {address}, which is not its mailbox");
            return;
        }

        foreach (var delivered in mailbox.See(Name, unread, subjects))
        {
            Counters.Mail();
            Meters.Mail.Record(delivered, at);
        }
    }
}
