using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>What people do. One object plays one run.</summary>
internal abstract class Scenario : IAsyncDisposable
{
    /// <summary>Whether everybody is signed in when the load begins.</summary>
    public virtual bool StartsOnline => true;

    /// <summary>What it needs of a server of one's own.</summary>
    public virtual Task<IReadOnlyDictionary<string, string>> ServerSettingsAsync() =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());

    /// <summary>When the accounts are there and before the load.</summary>
    public virtual Task PrepareAsync(LoadRun run, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Something beside the arrivals, while the load lasts.</summary>
    public virtual Task AccompanyAsync(LoadRun run, CancellationToken stop) => Task.CompletedTask;

    /// <summary>Somebody acts.</summary>
    public abstract Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop);

    /// <summary>When all is quiet again: what is wrong goes to the findings.</summary>
    public virtual Task ConcludeAsync(LoadRun run, CancellationToken stop) => Task.CompletedTask;

    public ValueTask DisposeAsync() => new(EndAsync());

    /// <summary>Ends what it has started.</summary>
    protected virtual Task EndAsync() => Task.CompletedTask;
}
