using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// Presence of the accounts of this silo: what they share and watch at the shards. It holds all of that, so it can tell
/// a shard again that has lost it; one timer renews everything, and looks after accounts whose sessions nobody renews.
/// </summary>
internal sealed partial class SiloPresence : BackgroundService
{
    /// <summary>Accounts that are looked after at the same time.</summary>
    private const int MaxChecks = 64;

    private static readonly TimeSpan s_firstRetry = TimeSpan.FromMilliseconds(500);

    private readonly IGrainFactory _grains;
    private readonly PresenceOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SiloPresence> _logger;
    private readonly ShardLink[] _links;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;

    // Until when the sessions of each account have been renewed. An account says so before it shares or watches anything,
    // so under the gate whoever is let go of here has done neither since.
    private readonly ConcurrentDictionary<string, Kept> _accounts = new();
    private readonly Lock _keeping = new();
    private long _keeps;

    public SiloPresence(
        IGrainFactory grains, IOptions<PresenceOptions> options, PresenceMetrics metrics, LostNodes lost, TimeProvider time, ILogger<SiloPresence> logger)
    {
        Lost = lost;
        lost.Changed += OnNodeLost;
        Metrics = metrics;
        metrics.Watch(() => _accounts.Count);
        (_grains, _options, _time, _logger) = (grains, options.Value, time, logger);
        _links = [.. Enumerable.Range(0, _options.Shards).Select(_ => new ShardLink(Owner))];
        _stopped = _stopping.Token;
    }

    public PresenceMetrics Metrics { get; }

    /// <summary>Processes whose sessions are none any more.</summary>
    public LostNodes Lost { get; }

    /// <summary>This silo, in this life of its process.</summary>
    public string Owner { get; } = Guid.NewGuid().ToString("N");

    /// <summary>Tells the friends of an account what they see of it from now on.</summary>
    public void Share(string account, PresenceState state)
    {
        var shard = ShardOf(account);
        if (_links[shard].Share(account, state))
        {
            Run(shard);
        }
    }

    /// <summary>An account shows nothing; what an activation of it before this one has shared is gone.</summary>
    public void Retract(string account)
    {
        var shard = ShardOf(account);
        if (_links[shard].Retract(account))
        {
            Run(shard);
        }
    }

    /// <summary>
    /// Watches the friends of an account that is kept, all of them: one call for each shard, or none of its own under load.
    /// </summary>
    public IReadOnlyList<Task<PresenceNews>> Watch(string account, IEnumerable<string> friends)
    {
        var answers = new List<Task<PresenceNews>>();
        foreach (var shard in friends.GroupBy(ShardOf))
        {
            var begins = _links[shard.Key].Watch(account, shard, out var answer);
            answers.Add(answer);
            if (begins)
            {
                Run(shard.Key);
            }
        }

        return answers;
    }

    /// <summary>
    /// Who of some accounts is not offline right now: one call for each shard, all at once, and nothing stays of it. A
    /// shard that does not answer in time knows nobody.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, PresenceState>> PeekAsync(IEnumerable<string> accounts)
    {
        var answers = await Task.WhenAll(accounts.GroupBy(ShardOf).Select(shard => PeekAsync(shard.Key, [.. shard])));
        return answers.SelectMany(answer => answer).ToDictionary(friend => friend.Account, friend => friend.State);
    }

    /// <summary>Watches one more.</summary>
    public Task<PresenceNews> WatchAlso(string account, string friend)
    {
        var shard = ShardOf(friend);
        if (_links[shard].WatchAlso(account, friend, out var answer))
        {
            Run(shard);
        }

        return answer;
    }

    /// <summary>Watches one less.</summary>
    public void Unwatch(string account, string friend)
    {
        var shard = ShardOf(friend);
        if (_links[shard].Unwatch(account, friend))
        {
            Run(shard);
        }
    }

    /// <summary>An account has sessions, renewed until then. If it does not say so again, it is asked.</summary>
    public void Keep(string account, DateTimeOffset until)
    {
        lock (_keeping)
        {
            _accounts[account] = new Kept(until.UtcDateTime, ++_keeps);
        }
    }

    /// <summary>An account has no sessions any more and watches nobody; what it shares is up to it.</summary>
    public void Release(string account)
    {
        _accounts.TryRemove(account, out _);
        for (var shard = 0; shard < _links.Length; shard++)
        {
            if (_links[shard].Unwatch(account))
            {
                Run(shard);
            }
        }
    }

    public override void Dispose()
    {
        Lost.Changed -= OnNodeLost;
        _stopping.Dispose();
        base.Dispose();
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await base.StopAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(_options.RenewEvery, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                for (var shard = 0; shard < _links.Length; shard++)
                {
                    if (_links[shard].Renew())
                    {
                        Run(shard);
                    }
                }

                await CheckAccountsAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private int ShardOf(string account) => PresenceRules.ShardOf(account, _links.Length);

    private async Task<FriendPresence[]> PeekAsync(int shard, string[] accounts)
    {
        try
        {
            return await Shard(shard).PeekAsync(accounts).WaitAsync(_options.PageTimeout, _time);
        }
#pragma warning disable CA1031 // Presence is never worth failing for.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotPeeked(failure, shard);
            return [];
        }
    }

    private IPresenceGrain Shard(int shard) =>
        _grains.GetGrain<IPresenceGrain>(shard.ToString(System.Globalization.CultureInfo.InvariantCulture));

    // From the pool and without the caller's context: what follows is nobody's turn.
    private void Run(int shard) => ThreadPool.UnsafeQueueUserWorkItem(static run => _ = run.Silo.RunAsync(run.Shard), (Silo: this, Shard: shard), preferLocal: false);

    private async Task RunAsync(int shard)
    {
        var link = _links[shard];
        var grain = Shard(shard);
        var pause = s_firstRetry;
        while (link.TryTake(out var call))
        {
            try
            {
                foreach (var (watcher, news) in link.Finish(call, await grain.ExchangeAsync(call.Exchange)))
                {
                    _ = ShowAsync(watcher, news);
                }

                Metrics.OnExchanged("ok");
                pause = s_firstRetry;
            }
#pragma warning disable CA1031 // Whatever it was, the shard is told everything again.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                link.Fail(call);
                Metrics.OnExchanged("failed");
                if (_stopped.IsCancellationRequested)
                {
                    return;
                }

                LogShardFailed(failure, shard);
                await Task.Delay(pause, _time, CancellationToken.None);
                pause = pause * 2 < _options.RenewEvery ? pause * 2 : _options.RenewEvery;
            }
        }
    }

    private async Task ShowAsync(string watcher, PresenceNews news)
    {
        try
        {
            await _grains.GetGrain<IAccountPresenceGrain>(watcher).ShowPresenceAsync(news);
        }
#pragma warning disable CA1031 // An account that cannot be reached starts anew, and asks anew.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotShown(failure);
        }
    }

    /// <summary>Asks accounts whose sessions were not renewed; who has none is let go of, also if it cannot say so itself.</summary>
    private Task CheckAccountsAsync()
    {
        var now = _time.GetUtcNow();
        return CheckAsync(_accounts.Where(account => account.Value.Until < now.UtcDateTime));
    }

    private void OnNodeLost() => _ = CheckAllAsync();

    /// <summary>
    /// Asks all accounts whether they still have sessions. Not at once: other sessions are opened again just now, of
    /// accounts that were activated anew by the same loss.
    /// </summary>
    private async Task CheckAllAsync()
    {
        try
        {
            await Task.Delay(_options.OfflineDelay, _time, _stopped);
            await CheckAsync(_accounts);
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task CheckAsync(IEnumerable<KeyValuePair<string, Kept>> accounts)
    {
        foreach (var some in accounts.Chunk(MaxChecks).ToArray())
        {
            await Task.WhenAll(some.Select(CheckAsync));
        }
    }

    private async Task CheckAsync(KeyValuePair<string, Kept> account)
    {
        try
        {
            if (!await _grains.GetGrain<IAccountPresenceGrain>(account.Key).CheckPresenceAsync(Owner))
            {
                LetGo(account);
            }
        }
#pragma warning disable CA1031 // Asked again at the next renewal.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotShown(failure);
        }
    }

    private void LetGo(KeyValuePair<string, Kept> account)
    {
        lock (_keeping)
        {
            // Unless sessions have come back to it since it was asked.
            if (_accounts.TryRemove(account))
            {
                Retract(account.Key);
                Release(account.Key);
            }
        }
    }

    /// <summary>What an account has said last, and which saying of all that was: two that say the same are two.</summary>
    private readonly record struct Kept(DateTime Until, long Number);

    [LoggerMessage(1, LogLevel.Warning, "Presence shard {Shard} could not be reached; it is told everything again.")]
    private partial void LogShardFailed(Exception failure, int shard);

    [LoggerMessage(2, LogLevel.Debug, "An account could not be reached about presence.")]
    private partial void LogNotShown(Exception failure);

    [LoggerMessage(3, LogLevel.Debug, "Presence shard {Shard} did not answer a question.")]
    private partial void LogNotPeeked(Exception failure, int shard);
}
