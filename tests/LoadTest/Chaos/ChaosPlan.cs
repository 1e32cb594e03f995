using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Chaos;

/// <summary>What goes wrong when. The same seed gives the same plan. Pure.</summary>
internal static class ChaosPlan
{
    // Quiet at the beginning, so that there is something to break, and at the end, so that it can be seen to be whole.
    private const double QuietAtFirst = 5;
    private const double QuietShareAtLast = 0.2;

    /// <summary>The second of the load after which nothing is broken any more.</summary>
    public static double QuietFrom(double seconds) => seconds * (1 - QuietShareAtLast);

    /// <summary>Makes a plan: one thing at a time, and a while between two.</summary>
    /// <param name="seed">What decides.</param>
    /// <param name="seconds">How long the load is.</param>
    /// <param name="targets">The parts that can be broken, each with what can happen to it.</param>
    public static IReadOnlyList<ChaosStep> Create(int seed, double seconds, IReadOnlyList<ChaosTarget> targets)
    {
        var random = new Random(Seeds.Of(seed, -2));
        var steps = new List<ChaosStep>();
        var last = QuietFrom(seconds);
        for (var at = Math.Min(QuietAtFirst, seconds * QuietShareAtLast); at < last;)
        {
            var target = targets[random.Next(targets.Count)];
            var kind = target.Kinds[random.Next(target.Kinds.Count)];
            var duration = Math.Round(kind == ChaosKind.Freeze ? 1 + (random.NextDouble() * target.LongestFreeze) : 0.5 + (random.NextDouble() * 3), 1);
            if (at + duration > last)
            {
                break;
            }

            steps.Add(new ChaosStep(Math.Round(at, 1), kind, target.Name, duration));
            at += duration + target.Recovery + (random.NextDouble() * target.Recovery);
        }

        return steps;
    }
}

/// <summary>A part of a server that can be broken.</summary>
/// <param name="Name">Like <c>silo 1</c>.</param>
/// <param name="Kinds">What can happen to it.</param>
/// <param name="Recovery">Seconds that the whole gets to recover before the next thing.</param>
/// <param name="LongestFreeze">The seconds that it stands still, at most.</param>
/// <param name="Break">Does it and returns when the part is there again; told the kind and for how many seconds.</param>
internal sealed record ChaosTarget(
    string Name, IReadOnlyList<ChaosKind> Kinds, double Recovery, double LongestFreeze, Func<ChaosKind, TimeSpan, Task> Break);
