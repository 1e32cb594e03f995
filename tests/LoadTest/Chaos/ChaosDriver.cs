using System.Diagnostics;
using OrleansIM.LoadTest.Reporting;

namespace OrleansIM.LoadTest.Chaos;

/// <summary>
/// Carries a plan out. A part may take long to be there again: then what comes next is later than planned, so that the
/// whole has its time to recover, and what would come in the quiet at the end does not come at all.
/// </summary>
internal sealed class ChaosDriver(IReadOnlyList<ChaosStep> plan, IReadOnlyList<ChaosTarget> targets, double quietFrom, LiveProgress progress)
{
    private readonly List<ChaosMark> _done = [];

    /// <summary>What has happened so far.</summary>
    public IReadOnlyList<ChaosMark> Done => _done;

    /// <summary>Goes on until the plan is over or it is stopped; everything is up again when it returns.</summary>
    public async Task RunAsync(long start, CancellationToken stop)
    {
        var free = 0.0;
        foreach (var step in plan)
        {
            var begin = Math.Max(step.At, free);
            if (begin > quietFrom)
            {
                return;
            }

            var left = TimeSpan.FromSeconds(begin) - Stopwatch.GetElapsedTime(start);
            if (left > TimeSpan.Zero)
            {
                await Task.Delay(left, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (stop.IsCancellationRequested)
            {
                return;
            }

            var target = targets.First(target => target.Name == step.Target);
            await BreakAsync(step, target, start);
            free = Now(start) + target.Recovery;
        }
    }

    private async Task BreakAsync(ChaosStep step, ChaosTarget target, long start)
    {
        var what = FormattableString.Invariant($"{step.Kind.ToString().ToLowerInvariant()} {step.Target} ({step.Seconds} s)");
        _done.Add(new ChaosMark(Now(start), what));
        progress.Say("chaos: " + what);
        await target.Break(step.Kind, TimeSpan.FromSeconds(step.Seconds));
        _done[^1] = _done[^1] with { Until = Now(start) };
    }

    private static double Now(long start) => Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 1);
}
