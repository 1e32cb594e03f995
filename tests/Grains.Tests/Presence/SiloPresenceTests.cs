using System.Diagnostics.Metrics;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans;
using OrleansIM.Grains.Presence;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Presence;

/// <summary>What a silo lets go of when an account says that it has no sessions, and the account has some by then.</summary>
public sealed class SiloPresenceTests : IAsyncLifetime
{
    private static readonly PresenceState s_online = new() { Status = PresenceStatus.Online };

    private readonly PresenceOptions _options = new() { Shards = 1, RenewEvery = TimeSpan.FromMilliseconds(20), OfflineDelay = TimeSpan.Zero };
    private readonly LostNodes _lost = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private Cluster _cluster = null!;
    private SiloPresence _presence = null!;

    public Task InitializeAsync()
    {
        var grains = DispatchProxy.Create<IGrainFactory, Cluster>();
        _cluster = (Cluster)(object)grains;
        var metrics = new PresenceMetrics(_services.GetRequiredService<IMeterFactory>());
        _presence = new SiloPresence(grains, Options.Create(_options), metrics, _lost, TimeProvider.System, NullLogger<SiloPresence>.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _presence.StopAsync(default);
        _presence.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task Account_WithoutSessions_IsLetGoOf()
    {
        await OpenAsync();

        var answer = await AskAsync();
        await AnswerNoAsync(answer);

        await Eventually.TrueAsync(() => _cluster.Shard.Peek(["ann"]).Length == 0, "ann to be offline");
        await Eventually.TrueAsync(() => { _cluster.Tell("bob"); return _cluster.Shard.WatchersWithNews.Count == 0; }, "ann to watch nobody");
    }

    [Fact]
    public async Task Account_WhoseSessionsComeBackWhileItAnswers_IsKept()
    {
        await OpenAsync();
        var answer = await AskAsync();

        _presence.Keep("ann", DateTimeOffset.MaxValue);
        await AnswerNoAsync(answer);

        // What was told to the shard before this has arrived with it, or before.
        await Task.WhenAll(_presence.Watch("cat", ["bob"]));
        Assert.NotEmpty(_cluster.Shard.Peek(["ann"]));
        _cluster.Tell("bob");
        Assert.Contains("ann", _cluster.Shard.WatchersWithNews);
    }

    /// <summary>Has the silo ask the account, from no context, so that what it makes of the answer is done when that is given.</summary>
    private async Task<TaskCompletionSource<bool>> AskAsync()
    {
        await Task.Run(() => _lost.Add("gateway-1"));
        return await _cluster.AskedAsync();
    }

    private static Task AnswerNoAsync(TaskCompletionSource<bool> answer) => Task.Run(() => answer.SetResult(false));

    private async Task OpenAsync()
    {
        _presence.Keep("ann", DateTimeOffset.MaxValue);
        await Task.WhenAll(_presence.Watch("ann", ["bob"]));
        _presence.Share("ann", s_online);
        await Eventually.TrueAsync(() => _cluster.Shard.Peek(["ann"]).Length == 1, "ann to be online");
    }

#pragma warning disable CA1852 // The proxies are made of them.
    /// <summary>One shard, and accounts that answer when the test says.</summary>
    private class Cluster : DispatchProxy
    {
        private readonly System.Threading.Channels.Channel<TaskCompletionSource<bool>> _asked =
            System.Threading.Channels.Channel.CreateUnbounded<TaskCompletionSource<bool>>();

        private int _told;

        public PresenceShard Shard { get; } = new(epoch: 1, DateTimeOffset.UnixEpoch, new PresenceOptions());

        public async Task<TaskCompletionSource<bool>> AskedAsync() => await _asked.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        public void Tell(string account)
        {
            lock (Shard)
            {
                Shard.TakeNews("ann", out _);
                Shard.Exchange(new PresenceExchange { Owner = "other", Shared = [new SharedPresence { Account = account, State = s_online with { Note = $"{++_told}" } }], Watches = [] }, DateTimeOffset.UtcNow);
            }
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var wanted = targetMethod!.ReturnType;
            var made = typeof(DispatchProxy).GetMethod(nameof(Create), 2, [])!.MakeGenericMethod(wanted, typeof(Reference)).Invoke(null, null)!;
            ((Reference)made).Owner = this;
            return made;
        }

        private class Reference : DispatchProxy
        {
            public Cluster Owner { get; set; } = null!;

            protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
            {
                switch (targetMethod!.Name)
                {
                    case nameof(IPresenceGrain.ExchangeAsync):
                        lock (Owner.Shard)
                        {
                            return Task.FromResult(Owner.Shard.Exchange((PresenceExchange)args![0]!, DateTimeOffset.UtcNow));
                        }

                    case nameof(IAccountPresenceGrain.CheckPresenceAsync):
                        var answer = new TaskCompletionSource<bool>();
                        Owner._asked.Writer.TryWrite(answer);
                        return answer.Task;

                    default:
                        return Task.FromResult(true);
                }
            }
        }
    }
#pragma warning restore CA1852
}
