using System.Diagnostics;
using OrleansIM.LoadTest.Chaos;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Reporting;
using OrleansIM.LoadTest.Scenarios;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Load;

/// <summary>Carries out one run: people move in, the load, quiet, and the look at everything.</summary>
internal sealed class LoadDriver(LoadRun run, Scenario scenario, ServerWatch watch, LiveProgress progress)
{
    private static readonly TimeSpan s_answers = TimeSpan.FromMinutes(3);

    private readonly StopRules _rules = new(run.Settings.Stop);
    private readonly List<Sample> _samples = [];
    private string? _stopped;

    /// <summary>Every second of load so far.</summary>
    public IReadOnlyList<Sample> Samples => _samples;

    /// <summary>Everything from the first account to the result.</summary>
    /// <param name="chaos">What goes wrong meanwhile; null for nothing.</param>
    /// <param name="stop">Ends the load early; the look at everything is still taken.</param>
    public async Task<RunResult> RunAsync(ChaosDriver? chaos, CancellationToken stop)
    {
        var began = DateTimeOffset.UtcNow;
        await SettleInAsync(stop);
        var settings = run.Settings;
        var seconds = await LoadAsync(RateProfile.Of(settings), settings.Seconds, run.Seed, chaos, stop);
        var entries = await VerifyAsync();
        return RunResult.Of(run, new RunFacts(began, seconds, _samples, chaos?.Done ?? [], watch.Reason ?? _stopped, entries));
    }

    /// <summary>Accounts, links, friends, and what the scenario needs besides.</summary>
    public async Task SettleInAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, watch.Gone);
        await new TownBuilder(run, progress.Say).BuildAsync(ending.Token);
        if (!scenario.StartsOnline)
        {
            await LeaveAsync();
        }

        await scenario.PrepareAsync(run, ending.Token);
        foreach (var meter in run.Meters.All)
        {
            meter.Reset();
        }
    }

    /// <summary>Load for a while; answers how long it was.</summary>
    public async Task<double> LoadAsync(RateProfile profile, double seconds, int seed, ChaosDriver? chaos, CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop, watch.Gone);
        using var sampling = new CancellationTokenSource();
        var moments = ArrivalPlan.Moments(profile, seconds, run.Settings.Arrivals == "even", new Random(seed));
        var loop = new OpenLoop(moments, seed, arrival => ActAsync(arrival, ending.Token));
        var sampler = new Sampler(run, profile, () => loop.UnderWay);
        var start = Stopwatch.GetTimestamp();
        var sampled = sampler.RunAsync(start, sample => Watch(sample, seconds, ending), sampling.Token);
        var accompanied = QuietlyAsync(scenario.AccompanyAsync(run, ending.Token));
        var raged = chaos?.RunAsync(start, ending.Token) ?? Task.CompletedTask;
        await loop.RunAsync(start, ending.Token);
        await UntilAsync(start, seconds, ending.Token);
        var lasted = Stopwatch.GetElapsedTime(start).TotalSeconds;
        await ending.CancelAsync();
        await accompanied;
        await raged;

        // The plan is over; answers are waited for, and their times belong to it.
        await Task.WhenAny(loop.DrainAsync(), Task.Delay(s_answers, watch.Gone));
        await sampling.CancelAsync();
        await sampled;
        _samples.AddRange(sampler.Samples);
        return Math.Round(lasted, 2);
    }

    /// <summary>Everybody who is gone comes back, and everything has to be where it belongs; answers how many entries were read, null if the server is gone.</summary>
    public async Task<long?> VerifyAsync()
    {
        var verification = new Verification(run, progress.Say);
        try
        {
            watch.Gone.ThrowIfCancellationRequested();
            await verification.RunAsync(watch.Gone);
            await scenario.ConcludeAsync(run, watch.Gone);
            return verification.Entries;
        }
        catch (Exception vain) when (watch.Reason is not null && vain is OperationCanceledException or LoadException)
        {
            return null;
        }
        finally
        {
            await LeaveAsync();
        }
    }

    /// <summary>Everybody goes.</summary>
    public Task LeaveAsync() => Parallel.ForEachAsync(run.People.All, async (person, _) =>
    {
        foreach (var device in new[] { person.Main, person.Side }.OfType<Device>())
        {
            await device.DisposeAsync();
        }

        (person.Main, person.Side) = (null, null);
    });

    private async Task ActAsync(Arrival arrival, CancellationToken stop)
    {
        run.Counters.Arrive();
        try
        {
            await scenario.ArriveAsync(run, arrival, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Nobody was free until the end.
            run.Counters.Skip();
        }
        catch (ObjectDisposedException)
        {
            // Signed out in the same moment.
            run.Counters.Skip();
        }
    }

    private void Watch(Sample sample, double seconds, CancellationTokenSource ending)
    {
        if (sample.At >= run.Settings.WarmUp && sample.At - 1 < run.Settings.WarmUp && run.Settings.WarmUp > 0)
        {
            foreach (var meter in run.Meters.All)
            {
                meter.Reset();
            }
        }

        progress.Show(run, sample, seconds);
        if (_stopped is null && _rules.Check(sample, run.Counters.Errors, run.World.Findings.Total) is { } reason)
        {
            _stopped = reason;
            progress.Say("stopped: " + reason);
            ending.Cancel();
        }
    }

    private static async Task UntilAsync(long start, double seconds, CancellationToken stop)
    {
        var left = TimeSpan.FromSeconds(seconds) - Stopwatch.GetElapsedTime(start);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(left, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task QuietlyAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException)
        {
            // It goes on until it is stopped.
        }
    }
}
