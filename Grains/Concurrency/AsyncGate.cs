using OrleansIM.Grains.Collections;

namespace OrleansIM.Grains.Concurrency;

/// <summary>
/// One at a time, across awaits, in the order of asking. Grains here are reentrant, so that two accounts can call each
/// other; where a sequence of awaits must not be interleaved with itself, it holds a gate. For one activation's turns
/// only, so it needs no lock, and a gate nobody waits for next to no memory. Order of gates: docs/architecture.md, "Gates".
/// </summary>
internal sealed class AsyncGate
{
    private Queue<TaskCompletionSource>? _waiting;
    private bool _isHeld;

    public bool IsFree => !_isHeld;

    public ValueTask<Holder> EnterAsync()
    {
        if (_isHeld)
        {
            return WaitAsync();
        }

        _isHeld = true;
        return ValueTask.FromResult(new Holder(this));
    }

    private async ValueTask<Holder> WaitAsync()
    {
        // Who leaves goes on with its turn; who waits has one of its own.
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (_waiting ??= new()).Enqueue(turn);
        await turn.Task;
        return new Holder(this);
    }

    private void Leave()
    {
        // Handed over, not opened: nobody slips in between.
        if (_waiting is { Count: > 0 })
        {
            _waiting.Dequeue().SetResult();
        }
        else
        {
            _isHeld = false;
        }
    }

    public readonly struct Holder(AsyncGate gate) : IDisposable
    {
        public void Dispose() => gate.Leave();
    }
}

/// <summary>A gate per key; keys nobody waits for cost nothing. For one activation's turns only.</summary>
internal sealed class KeyedGate
{
    private SparseMap<string, Entry> _entries = new();

    public async ValueTask<Holder> EnterAsync(string key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            _entries[key] = entry = new Entry();
        }

        entry.Users++;
        return new Holder(this, key, entry, await entry.Gate.EnterAsync());
    }

    private void Leave(string key, Entry entry)
    {
        if (--entry.Users == 0)
        {
            _entries.Remove(key);
        }
    }

    internal sealed class Entry
    {
        public AsyncGate Gate { get; } = new();
        public int Users { get; set; }
    }

    public readonly struct Holder(KeyedGate gate, string key, Entry entry, AsyncGate.Holder held) : IDisposable
    {
        public void Dispose()
        {
            held.Dispose();
            gate.Leave(key, entry);
        }
    }
}

/// <summary>
/// An <see cref="AsyncGate"/> that most of its owners never enter: it costs one reference until then. A field of this type
/// is not <c>readonly</c>, and is not copied.
/// </summary>
internal struct SparseGate
{
    private AsyncGate? _gate;

    public readonly bool IsFree => _gate is null || _gate.IsFree;

    public ValueTask<AsyncGate.Holder> EnterAsync() => (_gate ??= new()).EnterAsync();
}

/// <summary>A <see cref="KeyedGate"/> that most of its owners never enter, as <see cref="SparseGate"/> is an <see cref="AsyncGate"/>.</summary>
internal struct SparseKeyedGate
{
    private KeyedGate? _gates;

    public ValueTask<KeyedGate.Holder> EnterAsync(string key) => (_gates ??= new()).EnterAsync(key);
}
