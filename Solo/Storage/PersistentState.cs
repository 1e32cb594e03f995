using Orleans.Storage;

namespace Orleans.Runtime;

internal sealed class PersistentState<TState>(string name, Activation activation, IGrainStorage store) : IPersistentState<TState>
{
    private readonly GrainState<TState> _state = new(StateInstance.Create<TState>());
    private Operation? _last;
    private bool _loaded;

    private enum Kind
    {
        Read,
        Write,
        Clear,
    }

    public TState State
    {
        get
        {
            RuntimeContext.Check();
            return _state.State!;
        }

        set
        {
            RuntimeContext.Check();
            _state.State = value;
        }
    }

    public string? Etag => _state.ETag;

    public bool RecordExists => _loaded ? _state.RecordExists : throw new InvalidOperationException("State has not yet been loaded");

    public Task ReadStateAsync() => ReadStateAsync(default);

    public Task WriteStateAsync() => WriteStateAsync(default);

    public Task ClearStateAsync() => ClearStateAsync(default);

    public Task ReadStateAsync(CancellationToken cancellationToken) => Run(Kind.Read, cancellationToken);

    public Task WriteStateAsync(CancellationToken cancellationToken) => Run(Kind.Write, cancellationToken);

    public Task ClearStateAsync(CancellationToken cancellationToken) => Run(Kind.Clear, cancellationToken);

    // Only ever in turns of the grain, so without locks.
    private Task Run(Kind kind, CancellationToken cancellation)
    {
        RuntimeContext.Check();
        if (kind != Kind.Read && !cancellation.CanBeCanceled && _last is { Started: false, Joinable: true } waiting && waiting.Kind == kind)
        {
            return waiting.Completion;
        }

        var operation = new Operation(kind, Joinable: !cancellation.CanBeCanceled);
        operation.Completion = RunAsync(operation, _last, cancellation);
        _last = operation.Completion.IsCompleted ? null : operation;
        return operation.Completion;
    }

    private async Task RunAsync(Operation operation, Operation? before, CancellationToken cancellation)
    {
        // What is changed until the end of the turn is written too.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            if (before is not null)
            {
                await before.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            }

            operation.Started = true;
            if (before is { Completion.IsCompletedSuccessfully: true }
                && (operation.Kind == Kind.Read || (operation.Kind == Kind.Clear && before.Kind == Kind.Clear)))
            {
                return;
            }

            await (operation.Kind switch
            {
                Kind.Read => store.ReadStateAsync(name, activation.GrainId, _state, cancellation),
                Kind.Write => store.WriteStateAsync(name, activation.GrainId, _state, cancellation),
                _ => store.ClearStateAsync(name, activation.GrainId, _state, cancellation),
            });
            _loaded |= operation.Kind == Kind.Read;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (exception is not OrleansException)
        {
            throw new OrleansException($"Error from storage provider {store.GetType().Name}.{name} during {operation.Kind}StateAsync for grain {activation.GrainId}{Environment.NewLine} {exception.Message}", exception);
        }
        finally
        {
            _last = _last == operation ? null : _last;
        }
    }

    private sealed record Operation(Kind Kind, bool Joinable)
    {
        public bool Started { get; set; }
        public Task Completion { get; set; } = Task.CompletedTask;
    }
}

/// <summary>Empty states.</summary>
internal static class StateInstance
{
    public static T Create<T>() => typeof(T).IsValueType || typeof(T) == typeof(string) || typeof(T).IsArray ? default! : Activator.CreateInstance<T>();
}
