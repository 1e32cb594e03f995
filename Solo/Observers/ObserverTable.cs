using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Orleans.Runtime;

/// <summary>
/// The objects that grains call as observers. Held weakly. One queue per object: its calls run one after the other, on
/// the thread pool, outside of any grain. A call to an object that is gone is forgotten.
/// </summary>
internal sealed class ObserverTable(ILogger logger)
{
    public static readonly GrainType GrainType = GrainType.Create("sys.client");

    private readonly ConcurrentDictionary<GrainId, Entry> _entries = new();

    public GrainId Add(IGrainObserver observer)
    {
        var id = GrainId.Create(GrainType, $"solo+{Guid.NewGuid():N}");
        _entries[id] = new(observer, logger);
        return id;
    }

    public bool Remove(GrainId id) => _entries.TryRemove(id, out _);

    public void Deliver(Call call)
    {
        if (_entries.TryGetValue(call.Target, out var entry) && !entry.TryDeliver(call))
        {
            _entries.TryRemove(call.Target, out _);
        }
    }

    private sealed class Entry(IGrainObserver observer, ILogger logger) : IThreadPoolWorkItem
    {
        private readonly WeakReference<IGrainObserver> _observer = new(observer);
        private readonly Queue<Call> _calls = new();
        private bool _active;

        public bool TryDeliver(Call call)
        {
            if (!_observer.TryGetTarget(out _))
            {
                return false;
            }

            if (call.Interleaves)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static state => _ = state.entry.RunAsync(state.call), (entry: this, call), preferLocal: false);
                return true;
            }

            lock (_calls)
            {
                _calls.Enqueue(call);
                if (_active)
                {
                    return true;
                }

                _active = true;
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return true;
        }

        public void Execute() => _ = RunAllAsync();

        private async Task RunAllAsync()
        {
            while (true)
            {
                Call? call;
                lock (_calls)
                {
                    if (!_calls.TryDequeue(out call))
                    {
                        _active = false;
                        return;
                    }
                }

                await RunAsync(call);
            }
        }

        private async Task RunAsync(Call call)
        {
            if (!_observer.TryGetTarget(out var observer) || (call.IsDone && !call.IsOneWay))
            {
                return;
            }

            RequestContext.Import(call.Context);
            Task outcome;
            try
            {
                outcome = call.Invoke(observer);
                await outcome.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception exception)
            {
                outcome = Task.FromException(exception);
            }

            if (call.IsOneWay && outcome.Exception?.InnerException is { } unheard)
            {
                Log.UnheardFailure(logger, unheard, call.Target, call.Method.ToString());
            }

            call.Finish(outcome);
        }
    }
}
