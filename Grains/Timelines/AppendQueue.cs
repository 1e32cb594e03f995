using System.Threading.Channels;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Units that wait to be written, and the order in which they may be while several batches are under way: a log is in
/// one batch at a time, and what waits for one of its logs goes before anything later about any of them. So seqs are
/// given out in the order of submission, and behind a batch that fails there is none that counts on it.
/// </summary>
internal sealed class AppendQueue(TimelineOptions options)
{
    private readonly Channel<AppendUnit> _arrived = Channel.CreateUnbounded<AppendUnit>();

    // What was taken from there and had to wait for a log, oldest first. This and what batches hold is under the lock.
    private readonly Lock _gate = new();
    private readonly List<AppendUnit> _passedOver = [];
    private long _pass;
    private long _entries;
    private long _bytes;

    /// <summary>Entries that wait.</summary>
    public long Entries => Interlocked.Read(ref _entries);

    /// <summary>Bytes that wait.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    /// <summary>False if too much waits, or nothing is taken any more.</summary>
    public bool TryAdd(AppendUnit unit)
    {
        var entries = Interlocked.Add(ref _entries, unit.Entries.Count);
        var bytes = Interlocked.Add(ref _bytes, unit.Bytes);
        if (entries <= options.MaxQueuedEntries && bytes <= options.MaxQueuedBytes && _arrived.Writer.TryWrite(unit))
        {
            return true;
        }

        Uncount(unit);
        return false;
    }

    /// <summary>Nothing is taken any more; what waits is still written.</summary>
    public void Complete() => _arrived.Writer.TryComplete();

    /// <summary>
    /// Returns when something has arrived; false if nothing will. What was passed over is not waited for: whoever holds its
    /// logs finds it when they have released them.
    /// </summary>
    public ValueTask<bool> WaitAsync() => _arrived.Reader.WaitToReadAsync(CancellationToken.None);

    /// <summary>Fills an empty batch with what can be written now, the longest waiting first. False if there is nothing.</summary>
    public bool TryTake(AppendBatch batch)
    {
        lock (_gate)
        {
            _pass++;
            TakePassedOver(batch);
            while (!batch.IsFull(options) && _arrived.Reader.TryRead(out var unit))
            {
                if (!TryTake(unit, batch))
                {
                    _passedOver.Add(unit);
                }
            }

            return batch.Units.Count > 0;
        }
    }

    /// <summary>The batch has been written, or never will be. It is empty after, for the next.</summary>
    public void Release(AppendBatch batch)
    {
        lock (_gate)
        {
            batch.Clear();
        }
    }

    private void TakePassedOver(AppendBatch batch)
    {
        var (read, kept) = (0, 0);
        for (; read < _passedOver.Count && !batch.IsFull(options); read++)
        {
            if (!TryTake(_passedOver[read], batch))
            {
                _passedOver[kept++] = _passedOver[read];
            }
        }

        _passedOver.RemoveRange(kept, read - kept);
    }

    private bool TryTake(AppendUnit unit, AppendBatch batch)
    {
        foreach (var entry in unit.Entries)
        {
            if (entry.Timeline.PassedOverIn == _pass || (entry.Timeline.Batch is { } holder && holder != batch))
            {
                unit.Entries.ForEach(waiting => waiting.Timeline.PassedOverIn = _pass);
                return false;
            }
        }

        batch.Add(unit);
        Uncount(unit);
        return true;
    }

    private void Uncount(AppendUnit unit)
    {
        Interlocked.Add(ref _entries, -unit.Entries.Count);
        Interlocked.Add(ref _bytes, -unit.Bytes);
    }
}
