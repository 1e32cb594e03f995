using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// A presence shard: <see cref="PresenceShard"/> knows, this tells. A watcher has one call under way at a time, which
/// takes what has come up meanwhile.
/// </summary>
[GrainType("im-presence"), Reentrant]
internal sealed partial class PresenceGrain : Grain, IPresenceGrain
{
    private readonly PresenceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<PresenceGrain> _logger;
    private readonly HashSet<string> _telling = [];
    private PresenceShard _shard = null!;

    public PresenceGrain(IOptions<PresenceOptions> options, TimeProvider time, ILogger<PresenceGrain> logger) =>
        (_options, _time, _logger) = (options.Value, time, logger);

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        // A renewal, and what it takes to arrive.
        _shard = new PresenceShard(Random.Shared.NextInt64(), _time.GetUtcNow() + (_options.RenewEvery * 1.25), _options);
        var sweep = _options.RenewEvery / 4;
        this.RegisterGrainTimer(Sweep, new GrainTimerCreationOptions(sweep, sweep) { Interleave = true });
        return Task.CompletedTask;
    }

    public Task<PresenceAnswer> ExchangeAsync(PresenceExchange exchange)
    {
        var answer = _shard.Exchange(exchange, _time.GetUtcNow());
        TellAll();
        return Task.FromResult(answer);
    }

    public Task<FriendPresence[]> PeekAsync(string[] accounts) => Task.FromResult(_shard.Peek(accounts));

    private Task Sweep()
    {
        _shard.Sweep(_time.GetUtcNow());
        TellAll();

        // What is here is nowhere else.
        DelayDeactivation(_shard.IsEmpty ? TimeSpan.Zero : _options.RenewEvery);
        return Task.CompletedTask;
    }

    private void TellAll()
    {
        foreach (var watcher in _shard.WatchersWithNews.Where(_telling.Add).ToArray())
        {
            _ = TellAsync(watcher);
        }
    }

    private async Task TellAsync(string watcher)
    {
        var account = GrainFactory.GetGrain<IAccountPresenceGrain>(watcher);
        while (_shard.TakeNews(watcher, out var watch) is { } news)
        {
            try
            {
                if (!await account.ShowPresenceAsync(news))
                {
                    _shard.DropWatch(watcher, watch);
                }
            }
#pragma warning disable CA1031 // It is told with the next sweep, as long as it watches.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                _shard.GiveBack(watcher, news);
                LogNotTold(failure);
                break;
            }
        }

        _telling.Remove(watcher);
    }

    [LoggerMessage(1, LogLevel.Debug, "A watcher could not be told of presence.")]
    private partial void LogNotTold(Exception failure);
}
