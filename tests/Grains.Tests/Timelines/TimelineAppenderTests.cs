using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class TimelineAppenderTests
{
    [Fact]
    public async Task Submit_WhileABatchIsWritten_IsTheNextBatch()
    {
        var store = new MemoryTimelineStore();
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store);
        var logs = Enumerable.Range(0, 20).Select(number => new AccountTimeline($"a{number}", 0)).ToArray();

        var first = appender.SubmitAsync(Unit(logs[0]));
        await Eventually.TrueAsync(() => logs[0].Assigned == 1, "the first batch");
        var rest = logs[1..].Select(log => appender.SubmitAsync(Unit(log))).ToArray();
        gate.SetResult();
        await Task.WhenAll([first, .. rest]);

        Assert.Equal([1, 19], store.BatchSizes);
    }

    [Fact]
    public async Task Submit_BothSidesOfAUnit_FailTogether()
    {
        var store = new MemoryTimelineStore();
        store.AppendBehindTheBack("bob", Entry(1));
        using var appender = await StartAsync(store);
        var (ann, bob) = (new AccountTimeline("ann", 0), new AccountTimeline("bob", 0));

        await Assert.ThrowsAsync<AppendFailedException>(() => appender.SubmitAsync(Unit(ann, bob)));

        Assert.Empty(store.All("ann"));
        Assert.True(ann.IsBroken && bob.IsBroken);
        Assert.Null(ann.Take());
    }

    [Fact]
    public async Task Submit_OneOfManyConflicts_TheOthersAreWrittenWithoutAHole()
    {
        var store = new MemoryTimelineStore();
        store.AppendBehindTheBack("bad", Entry(1));
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store);
        var (good, bad) = (new AccountTimeline("good", 0), new AccountTimeline("bad", 0));

        var first = appender.SubmitAsync(Unit(good));
        Task[] mixed = [appender.SubmitAsync(Unit(good)), appender.SubmitAsync(Unit(bad)), appender.SubmitAsync(Unit(good))];
        gate.SetResult();
        await first;
        await mixed[0];
        await mixed[2];

        await Assert.ThrowsAsync<AppendFailedException>(() => mixed[1]);
        Assert.Equal([1, 2, 3], store.All("good").Select(entry => entry.Seq));
        Assert.Equal([1, 2, 3], good.Take()!.Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Submit_StoreHangs_FailsInTimeAndRefusesAtOnceUntilItAnswers()
    {
        var store = new MemoryTimelineStore();
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store, new TimelineOptions { MaxWait = TimeSpan.FromMilliseconds(300) });
        var (ann, bob) = (new AccountTimeline("ann", 0), new AccountTimeline("bob", 0));

        var hanging = appender.SubmitAsync(Unit(ann));
        await Eventually.TrueAsync(() => ann.Assigned == 1, "the first batch");
        var waiting = Enumerable.Range(0, 100).Select(_ => appender.SubmitAsync(Unit(bob))).ToArray();

        await Assert.ThrowsAsync<AppendFailedException>(() => hanging.WaitAsync(TimeSpan.FromSeconds(60)));
        foreach (var refused in waiting)
        {
            await Assert.ThrowsAsync<AppendRefusedException>(() => refused.WaitAsync(TimeSpan.FromSeconds(60)));
        }

        Assert.True(appender.SubmitAsync(Unit(bob)).IsFaulted, "refused at once");
        Assert.True(ann.IsBroken);
        Assert.False(bob.IsBroken);
        gate.SetResult();
        await Eventually.TrueAsync(async () => await appender.SubmitAsync(Unit(bob)).ContinueWith(task => task.IsCompletedSuccessfully), "a store that answers");
        Assert.Equal([1], store.All("ann").Select(entry => entry.Seq));
        Assert.Equal([1], store.All("bob").Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Stop_TimeIsUpAlready_DoesNotThrow()
    {
        var store = new MemoryTimelineStore();
        var gate = new TaskCompletionSource();
        using var appender = await StartAsync(store);
        await appender.SubmitAsync(Unit(new AccountTimeline("ann", 0)));
        store.BeforeAppend = _ => gate.Task;
        var written = appender.SubmitAsync(Unit(new AccountTimeline("bob", 0)));

        await appender.StopAsync(new CancellationToken(canceled: true));

        gate.SetResult();
        await written;
        Assert.Single(store.All("bob"));
    }

    [Fact]
    public async Task Submit_DedupeKeyIsTaken_IsADuplicateAndTheLogGoesOn()
    {
        var store = new MemoryTimelineStore();
        using var appender = await StartAsync(store);
        var log = new AccountTimeline("ann", 0);
        await appender.SubmitAsync(Unit("c:1", log));

        await Assert.ThrowsAsync<DuplicateEntryException>(() => appender.SubmitAsync(Unit("c:1", log)));
        await appender.SubmitAsync(Unit("c:2", log));

        Assert.False(log.IsBroken);
        Assert.Equal([1, 2], store.All("ann").Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Submit_MoreThanMayWait_IsRefusedAndNothingIsBroken()
    {
        var store = new MemoryTimelineStore();
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store, new TimelineOptions { MaxQueuedEntries = 3 });
        var log = new AccountTimeline("ann", 0);
        var first = appender.SubmitAsync(Unit(log));
        await Eventually.TrueAsync(() => log.Assigned == 1, "the first batch");

        var waiting = Enumerable.Range(0, 3).Select(_ => appender.SubmitAsync(Unit(log))).ToArray();
        await Assert.ThrowsAsync<AppendRefusedException>(() => appender.SubmitAsync(Unit(log)));
        gate.SetResult();
        await Task.WhenAll([first, .. waiting]);
        await appender.SubmitAsync(Unit(log));

        Assert.Equal([1, 2, 3, 4, 5], store.All("ann").Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Stop_WritesWhatWasSubmitted()
    {
        var store = new MemoryTimelineStore();
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store);
        var log = new AccountTimeline("ann", 0);
        var units = Enumerable.Range(0, 10).Select(_ => appender.SubmitAsync(Unit(log))).ToArray();

        var stop = appender.StopAsync(CancellationToken.None);
        gate.SetResult();
        await stop;

        await Task.WhenAll(units);
        Assert.Equal(10, store.All("ann").Count);
        await Assert.ThrowsAsync<AppendRefusedException>(() => appender.SubmitAsync(Unit(log)));
    }

    [Fact]
    public async Task Abandon_Unit_CanNeitherBeFoundNorSubmitted()
    {
        using var appender = await StartAsync(new MemoryTimelineStore());
        var unit = appender.Prepare();
        Assert.Same(unit, appender.Find(unit.Id));

        Assert.True(appender.Abandon(unit));

        Assert.Null(appender.Find(unit.Id));
        await Assert.ThrowsAsync<AppendRefusedException>(() => appender.SubmitAsync(unit));
    }

    private static readonly TimelineMetrics s_metrics =
        new(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>());

    private static async Task<TimelineAppender> StartAsync(MemoryTimelineStore store, TimelineOptions? options = null)
    {
        var appender = new TimelineAppender(store, Options.Create(options ?? new TimelineOptions()), s_metrics, TimeProvider.System, NullLogger<TimelineAppender>.Instance);
        await appender.StartAsync(CancellationToken.None);
        return appender;
    }

    private static AppendUnit Unit(params AccountTimeline[] logs) => Unit(null, logs);

    private static AppendUnit Unit(string? dedupe, params AccountTimeline[] logs)
    {
        var unit = new AppendUnit("unit");
        foreach (var log in logs)
        {
            unit.Add(new PreparedEntry(log, EntryKind.Settings, 0, null, [1, 2, 3]) { Dedupe = dedupe });
        }

        return unit;
    }

    private static TimelineEntry Entry(long seq) => new() { Seq = seq, Kind = EntryKind.Settings, At = 0, Data = [] };
}
