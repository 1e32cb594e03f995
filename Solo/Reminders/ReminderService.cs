using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Hosting;
using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>Delivers the ticks of all reminders in the table, which it reads at start and then now and again.</summary>
internal sealed class ReminderService(
    IReminderTable table,
    SoloRuntime runtime,
    IOptions<ReminderOptions> options,
    [FromKeyedServices(ReminderService.TimeProviderName)] TimeProvider time,
    ILogger<ReminderService> logger) : IReminderRegistry, ILifecycleParticipant<ISiloLifecycle>
{
    public const string TimeProviderName = "Orleans.Reminders";

    private readonly Lock _gate = new();
    private readonly Dictionary<(GrainId, string), Schedule> _schedules = [];
    private readonly CancellationTokenSource _stopped = new();
    private int _changes;
    private bool _delivering;

    public async Task<IGrainReminder> RegisterOrUpdateReminder(GrainId callingGrainId, string reminderName, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentException.ThrowIfNullOrEmpty(reminderName);
        ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(period, TimeSpan.Zero);
        if (period < options.Value.MinimumReminderPeriod)
        {
            throw new ArgumentException($"Cannot register reminder {reminderName} as requested period ({period}) is less than minimum allowed reminder period ({options.Value.MinimumReminderPeriod})");
        }

        RuntimeContext.Check();
        var entry = new ReminderEntry
        {
            GrainId = callingGrainId,
            ReminderName = reminderName,
            StartAt = time.GetUtcNow().UtcDateTime.Add(dueTime),
            Period = period,
        };
        entry.ETag = await table.UpsertRow(entry)
            ?? throw new ReminderException($"Could not register reminder {entry} to reminder table due to a race. Please try again later.");
        lock (_gate)
        {
            _changes++;
            Set(entry);
        }

        return new Reminder(callingGrainId, reminderName, entry.ETag);
    }

    public async Task UnregisterReminder(GrainId callingGrainId, IGrainReminder reminder)
    {
        RuntimeContext.Check();
        var known = (Reminder)reminder;
        if (!await table.RemoveRow(known.GrainId, known.ReminderName, known.ETag)
            && await table.ReadRow(known.GrainId, known.ReminderName) is not null)
        {
            throw new ReminderException($"Could not unregister reminder {reminder.ReminderName} from the reminder table, due to tag mismatch. You can retry.");
        }

        lock (_gate)
        {
            _changes++;
            Remove((known.GrainId, known.ReminderName));
        }
    }

    public async Task<IGrainReminder?> GetReminder(GrainId callingGrainId, string reminderName)
    {
        RuntimeContext.Check();
        return await table.ReadRow(callingGrainId, reminderName) is { } entry ? Reminder.Of(entry) : null;
    }

    public async Task<List<IGrainReminder>> GetReminders(GrainId callingGrainId)
    {
        RuntimeContext.Check();
        return [.. (await table.ReadRows(callingGrainId)).Reminders.Select(Reminder.Of)];
    }

    public void Participate(ISiloLifecycle lifecycle)
    {
        lifecycle.Subscribe(nameof(ReminderService), ServiceLifecycleStage.RuntimeGrainServices, table.StartAsync, table.StopAsync);
        lifecycle.Subscribe(nameof(ReminderService), ServiceLifecycleStage.Active, Start, Stop);
    }

    private Task Start(CancellationToken cancellation)
    {
        _delivering = true;
        _ = RefreshAsync();
        return Task.CompletedTask;
    }

    private Task Stop(CancellationToken cancellation)
    {
        lock (_gate)
        {
            _delivering = false;
            foreach (var key in _schedules.Keys.ToArray())
            {
                Remove(key);
            }
        }

        return _stopped.CancelAsync();
    }

    private async Task RefreshAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            try
            {
                await ReadTableAsync();
                await Task.Delay(options.Value.RefreshReminderListPeriod, time, _stopped.Token);
            }
            catch (OperationCanceledException) when (_stopped.IsCancellationRequested)
            {
            }
            catch (Exception exception)
            {
                Log.RemindersNotRead(logger, exception);
                await Task.Delay(TimeSpan.FromSeconds(10), time, _stopped.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadTableAsync()
    {
        var before = Volatile.Read(ref _changes);
        var rows = (await table.ReadRows(0, 0)).Reminders;
        lock (_gate)
        {
            // What was registered or removed meanwhile is newer than the rows: the next round sees both.
            if (before != _changes)
            {
                return;
            }

            foreach (var gone in _schedules.Keys.Except(rows.Select(r => (r.GrainId, r.ReminderName))).ToArray())
            {
                Remove(gone);
            }

            foreach (var row in rows)
            {
                if (!_schedules.TryGetValue((row.GrainId, row.ReminderName), out var known) || known.Entry.ETag != row.ETag)
                {
                    Set(row);
                }
            }
        }
    }

    private void Set(ReminderEntry entry)
    {
        Remove((entry.GrainId, entry.ReminderName));
        if (!_delivering)
        {
            return;
        }

        var schedule = new Schedule(entry);
        _schedules[(entry.GrainId, entry.ReminderName)] = schedule;
        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => DeliverAsync(entry, schedule.Ended.Token));
        }
    }

    private void Remove((GrainId, string) key)
    {
        if (_schedules.Remove(key, out var schedule))
        {
            schedule.Ended.Cancel();
        }
    }

    private async Task DeliverAsync(ReminderEntry entry, CancellationToken ended)
    {
        var grain = (IRemindable)(object)GrainInterface.Of(typeof(IRemindable)).CreateReference(runtime, entry.GrainId);
        DateTime? last = null;
        while (await WaitUntil(NextTick(entry, last, time.GetUtcNow().UtcDateTime), ended) is { } tick)
        {
            last = tick;
            try
            {
                await grain.ReceiveReminder(entry.ReminderName, new TickStatus(entry.StartAt, entry.Period, time.GetUtcNow().UtcDateTime));
            }
            catch (Exception exception)
            {
                Log.ReminderFailed(logger, exception, entry.ReminderName, entry.GrainId);
            }
        }
    }

    private async Task<DateTime?> WaitUntil(DateTime tick, CancellationToken ended)
    {
        while (!ended.IsCancellationRequested)
        {
            var wait = tick - time.GetUtcNow().UtcDateTime;
            if (wait <= TimeSpan.Zero)
            {
                return tick;
            }

            // In parts: no timer is longer than 49 days.
            await Task.Delay(wait < TimeSpan.FromDays(1) ? wait : TimeSpan.FromDays(1), time, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    /// <summary>The first tick that is not over yet. Those that were due while nobody could deliver them are left out.</summary>
    internal static DateTime NextTick(ReminderEntry entry, DateTime? last, DateTime now)
    {
        var start = DateTime.SpecifyKind(entry.StartAt, DateTimeKind.Utc);
        var period = Math.Max(entry.Period.Ticks, TimeSpan.TicksPerMillisecond);
        var over = Math.Max(0, (now - start).Ticks);
        var next = start.AddTicks((over + period - 1) / period * period);
        return next > last || last is null ? next : last.Value.AddTicks(period);
    }

    private sealed record Schedule(ReminderEntry Entry)
    {
        public CancellationTokenSource Ended { get; } = new();
    }

    private sealed record Reminder(GrainId GrainId, string ReminderName, string ETag) : IGrainReminder
    {
        public static IGrainReminder Of(ReminderEntry entry) => new Reminder(entry.GrainId, entry.ReminderName, entry.ETag!);
    }
}
