using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansIM.Accounts;
using OrleansIM.Groups;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// Stands between groups and the awake accounts of this silo: what a group has to tell travels to each silo once, and a
/// silo keeps itself registered once per group, however many of its accounts listen.
/// </summary>
internal sealed partial class GroupRelay(IGrainFactory grains, ILogger<GroupRelay> logger) : BackgroundService, IGroupRelay
{
    /// <summary>How often a group is asked how far it is, and told that somebody listens.</summary>
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(20);

    private const int CallsAtOnce = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Listeners> _groups = [];
    private IGroupRelay? _reference;

    /// <summary>From now on the account hears of the group. Join first, then look how far the group is: nothing falls between.</summary>
    public void Join(string group, string account)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var listeners))
            {
                _groups[group] = listeners = new Listeners();
                // Not in the turn of the account that joins.
                _ = Task.Run(() => RegisterAsync(group));
            }

            listeners.Accounts.Add(account);
        }
    }

    public void Leave(string group, string account)
    {
        lock (_gate)
        {
            if (_groups.TryGetValue(group, out var listeners) && listeners.Accounts.Remove(account) && listeners.Accounts.Count == 0)
            {
                _groups.Remove(group);
            }
        }
    }

    public void OnNews(GroupNews news)
    {
        foreach (var account in Hear(news.Group, news.Head))
        {
            _ = TellAsync(account, news);
        }
    }

    public void OnTyping(GroupTyping typing)
    {
        foreach (var account in Hear(typing.Group, head: 0))
        {
            if (account != typing.From)
            {
                _ = TellAsync(account, typing);
            }
        }
    }

    public void OnClosed(string group)
    {
        if (Hear(group, head: 0).Length > 0)
        {
            _ = RegisterAsync(group);
        }
    }

    /// <summary>Whether a reference that a group holds is to this very object.</summary>
    public bool IsReferredToBy(IGroupRelay reference)
    {
        lock (_gate)
        {
            return reference.Equals(_reference);
        }
    }

    /// <summary>Registers with every group again, and notices what was missed.</summary>
    public async Task RenewAsync()
    {
        string[] groups;
        lock (_gate)
        {
            groups = [.. _groups.Keys];
        }

        foreach (var some in groups.Chunk(CallsAtOnce))
        {
            await Task.WhenAll(some.Select(RegisterAsync));
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RenewAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task RegisterAsync(string group)
    {
        try
        {
            var head = await grains.GetGrain<IGroupGrain>(GroupIds.IdOf(group)).RegisterAsync(Reference());
            if (IsNews(group, head))
            {
                OnNews(new GroupNews { Group = group, Head = head, Entries = [] });
            }
        }
#pragma warning disable CA1031 // The next round tries again.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotRegistered(failure);
        }
    }

    private async Task TellAsync(string account, GroupNews news)
    {
        try
        {
            await grains.GetGrain<IAccountPeerGrain>(account).HearGroupAsync(news);
        }
#pragma warning disable CA1031 // The next round tells everybody again how far the group is.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotTold(failure);
            Forget(news.Group);
        }
    }

    private async Task TellAsync(string account, GroupTyping typing)
    {
        try
        {
            await grains.GetGrain<IAccountPeerGrain>(account).HearGroupTypingAsync(typing);
        }
#pragma warning disable CA1031 // It was ephemeral.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotTold(failure);
        }
    }

    private IGroupRelay Reference()
    {
        lock (_gate)
        {
            return _reference ??= grains.CreateObjectReference<IGroupRelay>(this);
        }
    }

    private string[] Hear(string group, long head)
    {
        lock (_gate)
        {
            if (!_groups.TryGetValue(group, out var listeners))
            {
                return [];
            }

            listeners.Head = Math.Max(listeners.Head, head);
            return [.. listeners.Accounts];
        }
    }

    private bool IsNews(string group, long head)
    {
        lock (_gate)
        {
            return _groups.TryGetValue(group, out var listeners) && head > listeners.Head;
        }
    }

    private void Forget(string group)
    {
        lock (_gate)
        {
            if (_groups.TryGetValue(group, out var listeners))
            {
                listeners.Head = 0;
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A silo could not register with a group; it tries again in the next round.")]
    private partial void LogNotRegistered(Exception failure);

    [LoggerMessage(2, LogLevel.Warning, "An account could not be told of a group's news; the next round tells it how far the group is.")]
    private partial void LogNotTold(Exception failure);

    private sealed class Listeners
    {
        public HashSet<string> Accounts { get; } = [];

        /// <summary>How far the group was the last time its listeners were told.</summary>
        public long Head { get; set; }
    }
}
