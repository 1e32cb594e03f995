using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Orleans.Timers;
using OrleansIM.Solo.Tests.Grains;

namespace OrleansIM.Solo.Tests;

public sealed class ReminderTests
{
    private static readonly TimeSpan s_never = TimeSpan.FromDays(1);

    private static Task<EngineHost> StartAsync(TimeSpan? minimum = null, IReminderTable? table = null, TimeProvider? time = null) => EngineHost.StartAsync(silo =>
    {
        if (table is null)
        {
            silo.UseInMemoryReminderService();
        }
        else
        {
            silo.AddReminders();
            silo.Services.AddSingleton(table);
        }

        time?.UseForGrains(silo.Services);
        silo.Configure<ReminderOptions>(o => o.MinimumReminderPeriod = minimum ?? TimeSpan.Zero);
    });

    [Fact]
    public async Task Reminder_Due_TicksAlsoAfterTheActivationHasEnded()
    {
        await using var host = await StartAsync();
        var grain = host.Grain<IReminderGrain>("g");
        Assert.Equal("r", await grain.Register("r", TimeSpan.Zero, TimeSpan.FromMilliseconds(200)));
        await Wait.For(host.Probe, "g r 1");
        await grain.End();
        await Wait.For(host.Probe, "g r 3");
        Assert.StartsWith("00:00:00.2000000 ", host.Probe.Notes("g r")[0], StringComparison.Ordinal);
        Assert.True(await grain.Unregister("r"));
        Assert.False(await grain.Unregister("r"));
        Assert.Empty(await grain.Names());
    }

    [Fact]
    public async Task Reminder_ThatFails_TicksOn()
    {
        await using var host = await StartAsync();
        host.Probe.Reach("g r fails");
        await host.Grain<IReminderGrain>("g").Register("r", TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        await Wait.For(host.Probe, "g r 3");
    }

    [Fact]
    public async Task Reminder_Updated_TicksByTheNewTimes()
    {
        await using var host = await StartAsync();
        var grain = host.Grain<IReminderGrain>("g");
        await grain.Register("r", s_never, s_never);
        await grain.Register("other", s_never, s_never);
        // Not due at once: a first tick that is over by the time it is registered would be left out.
        await grain.Register("r", TimeSpan.FromMilliseconds(300), s_never);
        await Wait.For(host.Probe, "g r 1");
        Assert.Equal(["other", "r"], await grain.Names());
        Assert.Empty(await host.Grain<IReminderGrain>("h").Names());
    }

    [Fact]
    public async Task Reminder_UnderTheMinimumPeriod_IsRefused()
    {
        await using var host = await StartAsync(TimeSpan.FromMinutes(1));
        var grain = host.Grain<IReminderGrain>("g");
        await Assert.ThrowsAsync<ArgumentException>(() => grain.Register("r", TimeSpan.Zero, TimeSpan.FromSeconds(59)));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => grain.Register("r", TimeSpan.FromSeconds(-1), s_never));
        await Assert.ThrowsAsync<ArgumentNullException>(() => grain.Register(" ", TimeSpan.Zero, s_never));
        Assert.Empty(await grain.Names());
    }

    [Fact]
    public async Task Reminder_OfAnEarlierRun_TicksAtItsNextTimeNotForTheMissedOnes()
    {
        var time = new FakeTimeProvider();
        var table = new Table();
        await using (var first = await StartAsync(table: table, time: time))
        {
            await first.Grain<IReminderGrain>("g").Register("r", TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10));
        }

        time.Advance(TimeSpan.FromMinutes(35));
        await using var second = await StartAsync(table: table, time: time);
        await second.Grain<IReminderGrain>("g").Names();
        Assert.Empty(second.Probe.Notes("g r"));
        await Wait.Until(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(20));
                return Task.FromResult(second.Probe.HasReached("g r 1"));
            },
            "the reminder of the earlier run ticks");

        // 30 minutes after its first tick; the clock may be ahead of the note. One for those that were missed has 25.
        Assert.Matches("^00:10:00 3[0-9]$", second.Probe.Notes("g r")[0]);
    }

    [Fact]
    public async Task Reminders_NotConfigured_AreRefused()
    {
        await using var host = await EngineHost.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => host.Grain<IReminderGrain>("g").Register("r", TimeSpan.Zero, s_never));
        Assert.Null(host.Services.GetService<IReminderRegistry>());
    }

    /// <summary>A table as the product writes one.</summary>
    private sealed class Table : IReminderTable
    {
        private readonly Dictionary<(GrainId, string), ReminderEntry> _rows = [];
        private int _etag;

        public Task<ReminderTableData> ReadRows(GrainId grainId) => Read(r => r.GrainId == grainId);

        public Task<ReminderTableData> ReadRows(uint begin, uint end)
            => Read(r => r.GrainId.GetUniformHashCode() is var hash && (begin < end ? hash > begin && hash <= end : hash > begin || hash <= end));

        public Task<ReminderEntry?> ReadRow(GrainId grainId, string reminderName)
        {
            lock (_rows)
            {
                return Task.FromResult(_rows.GetValueOrDefault((grainId, reminderName)));
            }
        }

        public Task<string?> UpsertRow(ReminderEntry entry)
        {
            lock (_rows)
            {
                entry.ETag = (++_etag).ToString(System.Globalization.CultureInfo.InvariantCulture);
                _rows[(entry.GrainId, entry.ReminderName)] = entry;
                return Task.FromResult<string?>(entry.ETag);
            }
        }

        public Task<bool> RemoveRow(GrainId grainId, string reminderName, string eTag)
        {
            lock (_rows)
            {
                return Task.FromResult(_rows.TryGetValue((grainId, reminderName), out var row) && row.ETag == eTag && _rows.Remove((grainId, reminderName)));
            }
        }

        public Task TestOnlyClearTable() => throw new NotSupportedException();

        private Task<ReminderTableData> Read(Func<ReminderEntry, bool> where)
        {
            lock (_rows)
            {
                return Task.FromResult(new ReminderTableData(_rows.Values.Where(where).ToList()));
            }
        }
    }
}
