using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Group commit, one per silo: what arrives while all that may be written at a time is being written is the next batch.
/// A lone entry is written at once; there is no timer. Seqs are given out here, when a batch is made, and a log is in one
/// batch at a time, so that a failed batch leaves no hole.
/// </summary>
/// <remarks>
/// Nobody waits for ever: a unit that has not had its turn in time is refused, and a store that does not answer in time
/// hangs. Then the batch fails, its fate unknown, and everybody is refused at once until the store has answered: a store
/// is given no more batches at a time than it can take.
/// </remarks>
internal sealed partial class TimelineAppender : BackgroundService
{
    private readonly ITimelineStore _store;
    private readonly TimelineOptions _options;
    private readonly TimelineMetrics _metrics;
    private readonly ILogger<TimelineAppender> _logger;
    private readonly AppendQueue _queue;
    private readonly StoreWait _wait;
    private readonly ConcurrentDictionary<string, AppendUnit> _prepared = new();
    private readonly TimeProvider _time;

    // Ids of units differ from those of any other silo, so that a peer elsewhere finds none.
    private readonly string _name = Guid.NewGuid().ToString("N") + ".";
    private long _units;

    public TimelineAppender(
        ITimelineStore store, IOptions<TimelineOptions> options, TimelineMetrics metrics, TimeProvider time, ILogger<TimelineAppender> logger)
    {
        (_store, _options, _metrics, _time, _logger) = (store, options.Value, metrics, time, logger);
        _queue = new AppendQueue(_options);
        _wait = new StoreWait(_options.MaxWait, time, logger);
        metrics.Watch(() => (_queue.Entries, _queue.Bytes));
    }

    /// <summary>Makes a unit that another activation of this silo can find by its id until it is submitted or abandoned.</summary>
    public AppendUnit Prepare()
    {
        var unit = new AppendUnit(_name + Interlocked.Increment(ref _units).ToString(CultureInfo.InvariantCulture));
        _prepared[unit.Id] = unit;
        return unit;
    }

    public AppendUnit? Find(string unit) => _prepared.GetValueOrDefault(unit);

    /// <summary>Gives a prepared unit up. False if it was submitted meanwhile: then its fate is its own.</summary>
    public bool Abandon(AppendUnit unit)
    {
        _prepared.TryRemove(unit.Id, out _);
        return unit.TryAbandon();
    }

    /// <summary>
    /// Writes the unit and returns when it is on disk.
    /// </summary>
    /// <exception cref="AppendRefusedException">The queue is full or the silo stops: nothing was written.</exception>
    /// <exception cref="AppendFailedException">The store failed: what was written shows when the log is read again.</exception>
    public Task SubmitAsync(AppendUnit unit)
    {
        _prepared.TryRemove(unit.Id, out _);
        if (!unit.TrySubmit())
        {
            throw new AppendRefusedException("The other side gave this change up.");
        }

        unit.SubmittedAt = _time.GetTimestamp();
        unit.Caller = Activity.Current;
        if (!RefuseIfHanging(unit) && !_queue.TryAdd(unit))
        {
            Refuse(unit, "Too much waits to be written.");
        }

        return unit.Committed;
    }

    // Not ended by the token: what was submitted is written before the silo is gone.
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(Enumerable.Range(0, _store.TakesManyBatches ? _options.Writers : 1).Select(_ => Task.Run(WriteAllAsync, CancellationToken.None)));

    private async Task WriteAllAsync()
    {
        var batch = new AppendBatch();
        do
        {
            while (_queue.TryTake(batch))
            {
                await WriteAsync(batch);
            }
        }
        while (await _queue.WaitAsync());
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Complete();
        if (ExecuteTask is { } running)
        {
            // Stopping services is no failure of the host's when its time is up: what it waited for until then may just
            // be done here.
            await Task.WhenAny(running, Task.Delay(Timeout.Infinite, cancellationToken));
            if (!running.IsCompleted)
            {
                LogLeftBehind(_queue.Entries);
            }
        }
    }

    private async Task WriteAsync(AppendBatch batch)
    {
        try
        {
            batch.Units.RemoveAll(IsTooLate);
            if (!await WriteAsync(batch.Units, batch.Rows))
            {
                batch.GiveUpRows();
            }
        }
        finally
        {
            _queue.Release(batch);
        }
    }

    private bool IsTooLate(AppendUnit unit)
    {
        if (_time.GetElapsedTime(unit.SubmittedAt) <= _options.MaxWait)
        {
            return false;
        }

        Refuse(unit, "It waited too long to be written.");
        return true;
    }

    /// <summary>Writes units by way of a list that is empty. False if the store may not be done with the list.</summary>
    private async Task<bool> WriteAsync(List<AppendUnit> batch, List<NewEntry> rows)
    {
        batch.RemoveAll(RefuseIfHanging);
        BatchSeqs.Give(batch, rows);
        if (rows.Count == 0)
        {
            return true;
        }

        try
        {
            using var span = AppendSpans.StartBatch(batch, rows.Count);
            await StoreAsync(rows);
        }
        catch (TimelineConflictException conflict) when (batch.Count > 1)
        {
            // One log has moved on under its activation. Alone, every other unit goes through.
            LogConflict(conflict.Accounts.Count, batch.Count);
            BatchSeqs.TakeBack(batch);
            await WriteOneByOneAsync([.. batch]);
            return true;
        }
        catch (TimelineConflictException conflict)
        {
            if (await IsDuplicateAsync(batch[0]))
            {
                BatchSeqs.TakeBack(batch);
                batch[0].Fail(new DuplicateEntryException(conflict));
            }
            else
            {
                LogFailure(conflict, rows.Count);
                Fail(batch, conflict);
            }

            return true;
        }
#pragma warning disable CA1031 // Whatever the store throws, the callers are told and the appender goes on.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure, rows.Count);
            Fail(batch, failure);
            return false;
        }

        Complete(batch, rows);
        return true;
    }

    private async Task StoreAsync(List<NewEntry> rows)
    {
        var since = _time.GetTimestamp();
        var outcome = "failed";
        try
        {
            if (!await _wait.ForAsync(_store.AppendAsync(rows, CancellationToken.None)))
            {
                outcome = "timeout";
                throw new TimeoutException($"The store did not answer within {_options.MaxWait}.");
            }

            outcome = "ok";
        }
        catch (TimelineConflictException)
        {
            outcome = "conflict";
            throw;
        }
        finally
        {
            _metrics.OnBatch(_time.GetElapsedTime(since), rows.Count, outcome);
        }
    }

    private async Task WriteOneByOneAsync(List<AppendUnit> units)
    {
        foreach (var unit in units)
        {
            await WriteAsync([unit], []);
        }
    }

    /// <summary>
    /// Whether a unit that met a conflict alone was refused for what it says (its dedupe key is taken), and not because
    /// somebody else has written to one of its logs: then the logs are where they were thought to be.
    /// </summary>
    private async Task<bool> IsDuplicateAsync(AppendUnit unit)
    {
        if (!unit.Entries.Exists(entry => entry.Dedupe is not null))
        {
            return false;
        }

        try
        {
            foreach (var timeline in unit.Entries.GroupBy(entry => entry.Timeline))
            {
                var head = await _store.GetHeadAsync(timeline.Key.Account, CancellationToken.None).WaitAsync(_options.MaxWait, _time);
                if (head != timeline.Min(entry => entry.Seq) - 1)
                {
                    return false;
                }
            }

            return true;
        }
#pragma warning disable CA1031 // A store that does not answer leaves the question open: the account starts anew.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogFailure(failure, unit.Entries.Count);
            return false;
        }
    }

    private bool RefuseIfHanging(AppendUnit unit)
    {
        var hangs = _wait.Hangs;
        if (hangs)
        {
            Refuse(unit, "The store does not answer.");
        }

        return hangs;
    }

    private void Refuse(AppendUnit unit, string why)
    {
        _metrics.OnRefused();
        unit.Fail(new AppendRefusedException(why));
    }

    private void Complete(List<AppendUnit> batch, List<NewEntry> rows)
    {
        var row = 0;
        foreach (var unit in batch)
        {
            foreach (var entry in unit.Entries)
            {
                entry.Timeline.Commit(rows[row++].Entry);
            }
        }

        Measure(batch);
        foreach (var unit in batch)
        {
            unit.Complete();
        }
    }

    private void Measure(List<AppendUnit> batch)
    {
        if (!_metrics.MeasuresAppends && !AppendSpans.AreWanted)
        {
            return;
        }

        var now = _time.GetTimestamp();
        foreach (var unit in batch)
        {
            var took = _time.GetElapsedTime(unit.SubmittedAt, now);
            _metrics.OnCommitted(took);
            AppendSpans.Tell(unit, took);
        }
    }

    private static void Fail(List<AppendUnit> batch, Exception failure)
    {
        foreach (var unit in batch)
        {
            foreach (var entry in unit.Entries)
            {
                entry.Timeline.Break();
            }

            unit.Fail(failure is TimelineConflictException
                ? new AppendFailedException("Another writer holds this account's log; try again.", failure)
                : new AppendFailedException("The store could not write.", failure));
        }
    }
}
