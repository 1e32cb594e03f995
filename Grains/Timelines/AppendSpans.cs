using System.Diagnostics;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// The spans of writing. Those who wait share a batch, so each gets a span of its own wait; the batch, and in it what the
/// database did, is in the trace of the first of them and names the others.
/// </summary>
internal static class AppendSpans
{
    /// <summary>Links that a span has at most: a batch may be of hundreds.</summary>
    private const int MaxLinks = 50;

    public static bool AreWanted => GrainMetrics.Spans.HasListeners();

    public static Activity? StartBatch(List<AppendUnit> batch, int entries)
    {
        if (!AreWanted || batch.Find(IsRecorded) is not { } first)
        {
            return null;
        }

        var links = batch.Where(unit => unit != first && IsRecorded(unit)).Take(MaxLinks).Select(unit => new ActivityLink(unit.Caller!.Context));
        return GrainMetrics.Spans.StartActivity("timeline.batch", ActivityKind.Internal, first.Caller!.Context, [new("orleansim.entries", entries)], links);
    }

    /// <summary>A unit is committed.</summary>
    public static void Tell(AppendUnit unit, TimeSpan took)
    {
        if (IsRecorded(unit))
        {
            GrainMetrics.Spans.StartActivity("timeline.append", ActivityKind.Internal, unit.Caller!.Context, startTime: DateTimeOffset.UtcNow - took)?.Dispose();
        }
    }

    private static bool IsRecorded(AppendUnit unit) => unit.Caller is { Recorded: true };
}
