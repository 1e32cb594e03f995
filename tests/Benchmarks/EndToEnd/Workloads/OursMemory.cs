using OrleansIM.Benchmarks.EndToEnd.Ours;

namespace OrleansIM.Benchmarks.EndToEnd.Workloads;

/// <summary>
/// Our server: sessions of one account and of five. It is started anew on the same database for each, so that the memory
/// counts the accounts as well, which a sign-in wakes.
/// </summary>
internal sealed class OursMemory : MemorySide
{
    private const int Linked = 5;

    private readonly BenchContext _context;
    private readonly OursDatabase _database;
    private readonly string[] _single;
    private readonly string[] _masters;
    private readonly OursShape _shape;

    private OursMemory(BenchContext context, OursDatabase database, OursShape shape, int sessions, string[] single, string[] masters)
        : base(sessions)
    {
        (_context, _database, _shape, _single, _masters) = (context, database, shape, single, masters);
    }

    public static async Task<ISide> StartAsync(BenchContext context, OursShape shape, int sessions, CancellationToken cancellation)
    {
        var database = await context.NewDatabaseAsync();
        await using var server = await context.StartOursAsync(database, OursServer.FewestRounds, cancellation);
        var setup = new OursSetup(server, cancellation);
        var users = Enumerable.Range(0, sessions + WarmUps).ToArray();
        string[] single = [.. users.Select(user => $"single{user}")];
        string[] masters = [.. users.Select(user => $"master{user}")];
        await setup.RegisterAsync(single.Concat(masters).Concat(users.SelectMany(Others)));
        var tokens = await setup.TokensAsync(masters);
        foreach (var some in tokens.Index().Chunk(500))
        {
            var open = await setup.OpenAsync([.. some.Select(token => token.Item)]);
            await setup.LinkAsync(open, i => Others(some[i].Index));
            await setup.CloseAsync(open);
        }

        return new OursMemory(context, database, shape, sessions, await setup.TokensAsync(single), tokens);
    }

    public override async Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation)
    {
        var (one, oneAll) = await WeighAsync(_single, 1, cancellation);
        var (five, fiveAll) = await WeighAsync(_masters, Linked, cancellation);
        return new() { ["one"] = one, ["oneAll"] = oneAll, ["five"] = five, ["fiveAll"] = fiveAll };
    }

    private async Task<(double PerSession, double All)> WeighAsync(string[] tokens, int pages, CancellationToken cancellation)
    {
        await using var server = await _context.StartOursAsync(_database, OursServer.FewestRounds, cancellation, _shape);
        return await WeighAsync(server.Processes, OpenAsync, cancellation);

        async Task<IDisposable> OpenAsync(int user, CancellationToken stop)
        {
            var session = new OursConnection();
            await session.SignInAsync(server.NextAddress(), tokens[user], null, stop);
            return session.Pages == pages ? session : throw new BenchException($"{session.Pages} pages came instead of {pages}.");
        }
    }

    private static IEnumerable<string> Others(int user) => Enumerable.Range(1, Linked - 1).Select(other => $"linked{user}.{other}");
}
