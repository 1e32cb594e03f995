using System.Globalization;
using OrleansIM.LoadTest.Measuring;
using OrleansIM.LoadTest.Reporting;
using OrleansIM.LoadTest.Scenarios;

namespace OrleansIM.LoadTest.Load;

/// <summary>Tries one rate after the other on the same people and server.</summary>
internal sealed class CapacityDriver(LoadRun run, Scenario scenario, ServerWatch watch, LiveProgress progress)
{
    // So much of what was planned has to be done in time, and so little may fail.
    private const double LeastDone = 0.97;
    private const double MostErrors = 0.005;

    // One miss may be somebody else's doing.
    private const int Attempts = 2;

    private readonly LoadDriver _driver = new(run, scenario, watch, progress);
    private readonly List<CapacityStep> _steps = [];
    private readonly List<Sample> _samples = [];
    private readonly List<Chaos.ChaosMark> _marks = [];

    public async Task<RunResult> RunAsync(CancellationToken stop)
    {
        var began = DateTimeOffset.UtcNow;
        var settings = run.Settings.Capacity;
        var search = new CapacitySearch(settings);
        var seconds = 0.0;
        await _driver.SettleInAsync(stop);

        // What the process compiles and opens at first is not the server's capacity.
        progress.Say("warming up");
        await _driver.LoadAsync(RateProfile.Of(settings.From, settings.StepSeconds / 2), settings.StepSeconds, run.Seed, null, stop);
        while (search.Next is { } next && !IsOver())
        {
            var isMet = false;
            for (var attempt = 1; attempt <= Attempts && !isMet && !IsOver(); attempt++)
            {
                var (step, lasted) = await TryAsync(Math.Round(next, 1), seconds, stop);
                seconds += lasted;
                isMet = step.Met;
                _steps.Add(step);
                Tell(step);
            }

            search.Take(next, isMet);
        }

        var entries = await _driver.VerifyAsync();
        var result = RunResult.Of(run, new RunFacts(began, Math.Round(seconds, 1), _samples, _marks, watch.Reason, entries));
        return result with { Capacity = new CapacityFigures(Math.Round(search.Highest, 1), settings.P99, _steps) };

        bool IsOver() => stop.IsCancellationRequested || watch.Reason is not null;
    }

    private void Tell(CapacityStep step) => progress.Say(string.Create(
        CultureInfo.InvariantCulture,
        $"{step.Rate}/s: {string.Join(", ", step.P99.Select(time => $"{time.Key} p99 {time.Value:0.#}"))}: {(step.Met ? "met" : "not met, " + step.Why)}"));

    private async Task<(CapacityStep Step, double Seconds)> TryAsync(double rate, double before, CancellationToken stop)
    {
        foreach (var meter in run.Meters.All)
        {
            meter.Reset();
        }

        var (arrivals, errors, skipped) = (run.Counters.Arrivals, run.Counters.Errors, run.Counters.Skipped);
        _marks.Add(new Chaos.ChaosMark(Math.Round(before, 1), string.Create(CultureInfo.InvariantCulture, $"{rate}/s")));
        var shown = _driver.Samples.Count;
        var seconds = await _driver.LoadAsync(
            RateProfile.Of(rate, 0), run.Settings.Capacity.StepSeconds, Seeds.Of(run.Seed, _steps.Count), null, stop);
        _samples.AddRange(_driver.Samples.Skip(shown).Select(sample => sample with { At = Math.Round(sample.At + before, 2) }));

        var limits = run.Settings.Capacity.P99;
        var p99 = run.Meters.All.Where(meter => limits.ContainsKey(meter.Name)).ToDictionary(meter => meter.Name, meter => meter.Total()?.P99 ?? 0);
        var done = run.Counters.Arrivals - arrivals - (run.Counters.Skipped - skipped);
        var failed = run.Counters.Errors - errors;
        var why = p99.FirstOrDefault(time => time.Value > limits[time.Key]) is { Key: { } slow } ? $"{slow} over {limits[slow].ToString(CultureInfo.InvariantCulture)}"
            : p99.FirstOrDefault(time => time.Value == 0) is { Key: { } never } ? $"no {never} was measured"
            : done < rate * seconds * LeastDone * 0.95 ? "fewer arrivals than planned"
            : failed > done * MostErrors ? $"{failed} errors"
            : run.World.Findings.Total > 0 ? "faults"
            : null;
        return (new CapacityStep(rate, p99, why is null, why), seconds);
    }
}
