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
    public async Task Submit_StoreTakesManyBatches_OtherLogsDoNotWait()
    {
        var store = new MemoryTimelineStore { TakesManyBatches = true };
        var gate = new TaskCompletionSource();
        store.BeforeAppend = batch => batch[0].Account == "slow" ? gate.Task : Task.CompletedTask;
        using var appender = await StartAsync(store, new TimelineOptions { Writers = 2 });
        var (slow, quick) = (new AccountTimeline("slow", 0), new AccountTimeline("quick", 0));

        var waits = appender.SubmitAsync(Unit(slow));
        await Eventually.TrueAsync(() => slow.Assigned == 1, "the first batch");
        var behind = appender.SubmitAsync(Unit(quick, slow));
        await appender.SubmitAsync(Unit(new AccountTimeline("other", 0))).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.False(waits.IsCompleted || behind.IsCompleted);
        Assert.Equal(0, quick.Assigned);
        gate.SetResult();
        await Task.WhenAll(waits, behind);
        Assert.Equal([1, 2], store.All("slow").Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Submit_ABatchFailsBesideAnother_OnlyItsLogsBreakAndNothingOfThemFollows()
    {
        var store = new MemoryTimelineStore { TakesManyBatches = true };
        var gate = new TaskCompletionSource();
        store.BeforeAppend = batch => batch[0].Account == "bad" ? gate.Task : Task.CompletedTask;
        using var appender = await StartAsync(store, new TimelineOptions { Writers = 2 });
        var (bad, good) = (new AccountTimeline("bad", 0), new AccountTimeline("good", 0));

        var fails = appender.SubmitAsync(Unit(bad));
        await Eventually.TrueAsync(() => bad.Assigned == 1, "the first batch");
        var behind = appender.SubmitAsync(Unit(bad));
        await appender.SubmitAsync(Unit(good)).WaitAsync(TimeSpan.FromSeconds(60));
        gate.SetException(new IOException("The disk is gone."));

        await Assert.ThrowsAsync<AppendFailedException>(() => fails);
        await Assert.ThrowsAsync<AppendFailedException>(() => behind);
        Assert.False(good.IsBroken);
        Assert.Empty(store.All("bad"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Submit_ManyWritersAndRandomUnits_EveryLogHasEverythingOnceInTheOrderOfSubmission(int seed)
    {
        var random = new Random(seed);
        var store = new MemoryTimelineStore { TakesManyBatches = true };
        var writing = new HashSet<string>();
        store.BeforeAppend = async batch =>
        {
            var logs = batch.Select(row => row.Account).Distinct().ToArray();
            lock (writing)
            {
                Assert.All(logs, log => Assert.True(writing.Add(log), $"{log} is in two batches."));
            }

            await Task.Yield();
            await Task.Yield();
            lock (writing)
            {
                writing.ExceptWith(logs);
            }
        };
        using var appender = await StartAsync(store, new TimelineOptions { Writers = 4, MaxBatchEntries = 7 });
        var logs = Enumerable.Range(0, 8).Select(number => new AccountTimeline($"a{number}", 0)).ToArray();
        var expected = logs.ToDictionary(log => log.Account, _ => new List<long>());

        var commits = new List<Task>();
        for (var number = 0; number < 2_000; number++)
        {
            var (one, other) = (logs[random.Next(logs.Length)], logs[random.Next(logs.Length)]);
            var unit = new AppendUnit("unit");
            foreach (var log in one == other ? [one] : new[] { one, other })
            {
                unit.Add(new PreparedEntry(log, EntryKind.Settings, number, null, []));
                expected[log.Account].Add(number);
            }

            commits.Add(appender.SubmitAsync(unit));
            if (random.Next(10) == 0)
            {
                await Task.Yield();
            }
        }

        await Task.WhenAll(commits).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.All(logs, log =>
        {
            Assert.Equal(expected[log.Account], store.All(log.Account).Select(entry => entry.At));
            Assert.Equal(Enumerable.Range(1, expected[log.Account].Count).Select(seq => (long)seq), store.All(log.Account).Select(entry => entry.Seq));
        });
    }

    [Fact]
    public async Task Stop_WhatWaitsForALogInAnotherBatch_IsWritten()
    {
        var store = new MemoryTimelineStore { TakesManyBatches = true };
        var gate = new TaskCompletionSource();
        store.BeforeAppend = _ => gate.Task;
        using var appender = await StartAsync(store, new TimelineOptions { Writers = 2 });
        var log = new AccountTimeline("ann", 0);
        var first = appender.SubmitAsync(Unit(log));
        await Eventually.TrueAsync(() => log.Assigned == 1, "the first batch");
        var behind = appender.SubmitAsync(Unit(log));

        var stop = appender.StopAsync(CancellationToken.None);
        gate.SetResult();
        await stop;

        await Task.WhenAll(first, behind);
        Assert.Equal([1, 2], store.All("ann").Select(entry => entry.Seq));
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

        var atOnce = appender.SubmitAsync(Unit(bob));
        Assert.True(atOnce.IsFaulted, "refused at once");
        Assert.Equal("The store does not answer.", atOnce.Exception!.InnerException!.Message);
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
