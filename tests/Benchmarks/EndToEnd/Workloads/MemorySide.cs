using OrleansIM.Benchmarks.EndToEnd.Ejabberd;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Relay;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// The resident memory that idle sessions take. Every round has a process of its own: what a server once had it seldom
/// gives back.
/// </summary>
internal abstract class MemorySide(int sessions) : ISide
{
    /// <summary>Sessions that come and go before the first look, so that code and pools are there.</summary>
    protected const int WarmUps = 100;

    // Until what a wave has set going is over, and a server that gives memory back has done it.
    private static readonly TimeSpan s_settling = TimeSpan.FromSeconds(10);

    /// <summary>There is none between the rounds.</summary>
    public int ServerId => 0;

    protected int Sessions => sessions;

    public abstract Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Opens sessions and answers kilobytes for each and megabytes for all.</summary>
    protected async Task<(double PerSession, double All)> WeighAsync(
        IReadOnlyList<int> servers, Func<int, CancellationToken, Task<IDisposable>> openAsync, CancellationToken cancellation)
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 50, CancellationToken = cancellation };
        await Parallel.ForAsync(0, WarmUps, parallel, async (session, stop) => (await openAsync(Sessions + session, stop)).Dispose());
        await Task.Delay(s_settling, cancellation);
        var before = servers.Sum(ProcessTimes.Memory);
        var open = new IDisposable[sessions];
        await Parallel.ForAsync(0, sessions, parallel, async (session, stop) => open[session] = await openAsync(session, stop));
        await Task.Delay(s_settling, cancellation);
        var after = servers.Sum(ProcessTimes.Memory);
        Array.ForEach(open, session => session.Dispose());
        return ((after - before) / 1024.0 / sessions, after / 1048576.0);
    }
}

/// <summary>ejabberd: a connection per account.</summary>
internal sealed class XmppMemory(BenchContext context, int sessions) : MemorySide(sessions)
{
    public override async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        string[] users = [.. Enumerable.Range(0, Sessions + WarmUps).Select(user => $"user{user}")];
        await using var server = await EjabberdServer.StartAsync(new EjabberdSetup(users, []), context.NewFolder("ejabberd"), cancellation);
        var (each, all) = await WeighAsync([server.ProcessId], OpenAsync, cancellation);
        return new() { ["each"] = each, ["all"] = all };

        async Task<IDisposable> OpenAsync(int user, CancellationToken stop)
        {
            var session = new XmppConnection(users[user], EjabberdServer.Domain, EjabberdServer.Password);
            await session.SignInAsync(server.Address, 0, stop);
            return session;
        }
    }
}

/// <summary>A bare WebSocket.</summary>
internal sealed class RelayMemory(int sessions) : MemorySide(sessions)
{
    public override async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        await using var server = await RelayServer.StartAsync(database: null, cancellation);
        var (each, all) = await WeighAsync([server.ProcessId], OpenAsync, cancellation);
        return new() { ["each"] = each, ["all"] = all };

        async Task<IDisposable> OpenAsync(int user, CancellationToken stop)
        {
            var session = new RelayConnection();
            await session.SignInAsync(server.Address, $"user{user}", 1, 100, stop);
            return session;
        }
    }
}
