using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansIM.Benchmarks.EndToEnd;
using OrleansIM.Grains.Timelines;
using OrleansIM.Silo;
using OrleansIM.TestSupport;
using OrleansIM.Timelines;

namespace OrleansIM.Benchmarks.Pieces;

/// <summary>
/// What a message costs from the moment it is submitted until both logs have it: alone, and with many others. The store
/// is the real one, as the server puts it together, or one that keeps nothing.
/// </summary>
#pragma warning disable CA1001 // Its clean-up disposes them: [GlobalCleanup].
public class Append
#pragma warning restore CA1001
{
    private const int Pairs = 200;

    private readonly TempDirectory _folder = new();
    private readonly PostgresServer _postgres = new();
    private readonly byte[] _data = new byte[450];
    private readonly AccountTimeline[] _timelines = [.. Enumerable.Range(0, Pairs * 2).Select(account => new AccountTimeline($"account{account}", 0))];
    private WebApplication? _silo;
    private TimelineAppender? _appender;

    [Params("none", "sqlite", "postgres")]
    public string Store { get; set; } = "none";

    [GlobalSetup]
    public async Task StartAsync()
    {
        if (Store == "none")
        {
            _appender = new TimelineAppender(new NoStore(), Options.Create(new TimelineOptions()), NoMetrics(), TimeProvider.System, NullLogger<TimelineAppender>.Instance);
            await _appender.StartAsync(CancellationToken.None);
            return;
        }

        string[] storage = [$"--Storage:DataDirectory={_folder.Path}"];
        if (Store == "postgres")
        {
            if (!_postgres.IsAvailable)
            {
                throw new BenchException(PostgresServer.MissingReason);
            }

            await _postgres.InitializeAsync();
            storage = ["--Storage:Provider=postgres", $"--Storage:ConnectionString={await _postgres.CreateDatabaseAsync()}"];
        }

        _silo = SiloApp.Create(["--urls=http://127.0.0.1:0", .. storage]);
        await _silo.StartAsync();
        _appender = _silo.Services.GetRequiredService<TimelineAppender>();
    }

    private static TimelineMetrics NoMetrics() =>
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

    [GlobalCleanup]
    public async Task StopAsync()
    {
        if (_silo is not null)
        {
            await _silo.StopAsync();
            await _silo.DisposeAsync();
        }
        else if (_appender is not null)
        {
            await _appender.StopAsync(CancellationToken.None);
        }

        await _postgres.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>One message after the other, nobody else.</summary>
    [Benchmark]
    public Task Alone() => SubmitAsync(0);

    /// <summary>Messages that are submitted two hundred at a time.</summary>
    [Benchmark(OperationsPerInvoke = Pairs)]
    public Task Among200() => Task.WhenAll(Enumerable.Range(0, Pairs).Select(SubmitAsync));

    private async Task SubmitAsync(int pair)
    {
        var unit = _appender!.Prepare();
        var (from, to) = (_timelines[pair * 2], _timelines[(pair * 2) + 1]);
        unit.Add(new PreparedEntry(from, EntryKind.Message, 0, to.Account, _data));
        unit.Add(new PreparedEntry(to, EntryKind.Message, 0, from.Account, _data));
        await _appender.SubmitAsync(unit);
        from.Take();
        to.Take();
    }

    /// <summary>A disk that is always done: what remains is the appender.</summary>
    private sealed class NoStore : ITimelineStore
    {
        public bool TakesManyBatches => true;

        public Task AppendAsync(IReadOnlyList<NewEntry> batch, CancellationToken cancellation) => Task.CompletedTask;

        public Task<long> GetHeadAsync(string account, CancellationToken cancellation) => Task.FromResult(0L);

        public Task<IReadOnlyList<long>> GetHeadsAsync(IReadOnlyList<string> logs, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<long>>(new long[logs.Count]);

        public Task<IReadOnlyList<TimelineEntry>> ReadAsync(string account, long after, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<TimelineEntry>>([]);

        public Task<IReadOnlyList<TimelineEntry>> ReadBackAsync(string account, string? peer, long before, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<TimelineEntry>>([]);

        public Task<IReadOnlyList<TimelineEntry>> ReadByPeerAsync(string account, string peer, long after, int limit, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<TimelineEntry>>([]);

        public Task<TimelineEntry?> FindAsync(string account, string dedupe, CancellationToken cancellation) => Task.FromResult<TimelineEntry?>(null);

        public Task<IReadOnlyList<OutboxEntry>> ReadOutboxAsync(string account, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<OutboxEntry>>([]);

        public Task<IReadOnlyList<string>> ReadOutboxSendersAsync(string recipient, CancellationToken cancellation) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task RemoveFromOutboxAsync(OutboxKey key, CancellationToken cancellation) => Task.CompletedTask;

        public Task<int> TrimAsync(string account, long upTo, int limit, CancellationToken cancellation) => Task.FromResult(0);

        public Task DeleteAsync(string account, CancellationToken cancellation) => Task.CompletedTask;
    }
}
