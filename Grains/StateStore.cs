using Microsoft.Extensions.Logging;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansIM.Grains;

/// <summary>
/// Where the grains of a silo store one kind of state: one of these for all of them. What <c>[PersistentState]</c> makes for
/// each activation is several objects, which counts where there are many that do nothing. Such a grain reads its state when
/// it is activated, keeps it as a <see cref="GrainState{T}"/>, and does one thing with it at a time.
/// </summary>
/// <param name="name">The name of the state, one of <see cref="StorageNames"/>.</param>
/// <param name="storage">The storage provider.</param>
/// <param name="logger">Where it is said that the storage has failed.</param>
internal sealed partial class StateStore<TState>(string name, IGrainStorage storage, ILogger<StateStore<TState>> logger)
    where TState : class, new()
{
    /// <summary>What is stored of a grain; if nothing is, an empty state.</summary>
    public async Task<GrainState<TState>> ReadAsync(GrainId grain)
    {
        var state = new GrainState<TState>(new TState());
        await TryAsync("read", grain, () => storage.ReadStateAsync(name, grain, state));
        return state;
    }

    /// <summary>Stores a state over the one that its ETag names.</summary>
    /// <exception cref="InconsistentStateException">Something else is stored by now.</exception>
    public Task WriteAsync(GrainId grain, GrainState<TState> state) => TryAsync("written", grain, () => storage.WriteStateAsync(name, grain, state));

    /// <summary>Nothing is stored any more.</summary>
    /// <exception cref="InconsistentStateException">Something else than what the ETag names is stored by now.</exception>
    public Task ClearAsync(GrainId grain, GrainState<TState> state) => TryAsync("cleared", grain, () => storage.ClearStateAsync(name, grain, state));

    /// <inheritdoc cref="StateWrites.ReplaceAsync"/>
    public Task ReplaceAsync(GrainId grain, GrainState<TState> state, TState next, Action end)
    {
        var before = state.State;
        state.State = next;
        return StateWrites.OrEndAsync(() => WriteAsync(grain, state), () => state.State = before, end);
    }

    private async Task TryAsync(string what, GrainId grain, Func<Task> operation)
    {
        try
        {
            await operation();
        }
        catch (Exception failure)
        {
            LogFailed(failure, name, what);
            if (failure is OrleansException)
            {
                throw;
            }

            // What a driver throws itself does not travel to another process.
            throw new OrleansException($"The state {name} of {grain} could not be {what}: {failure.Message}", failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "A grain's state {State} could not be {What}.")]
    private partial void LogFailed(Exception failure, string state, string what);
}
