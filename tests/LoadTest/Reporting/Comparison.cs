using System.Globalization;
using System.Text;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>Two results side by side.</summary>
internal static class Comparison
{
    // Repeats of the same run differ by so much; what is below says nothing.
    private const double Noise = 0.1;

    private static readonly string[] s_faults = ["lost", "duplicated", "reordered", "gaps", "leaks", "corrupted", "stale"];

    private static readonly string[] s_sameTexts = ["scenario", "server"];

    private static readonly string[] s_sameNumbers = ["seed", "users", "accounts", "seconds"];

    private static readonly string[] s_more = ["capacity.rate", "perSecond.acknowledged", "perSecond.delivered", "perSecond.signIns"];

    private static readonly string[] s_less =
    [
        .. from time in new[] { "latencyMs", "ackMs", "signInMs", "resumeMs", "presenceMs", "mailMs" } from figure in new[] { "p50", "p99", "max" } select $"{time}.{figure}",
        "memory.max", "memory.slopePerHour", "serverCores",
    ];

    /// <summary>A table: figure, before, after, by how much, and which way that is.</summary>
    public static string Text(ResultFile before, ResultFile after)
    {
        var text = new StringBuilder();
        foreach (var what in s_sameTexts.Where(what => before.Texts.GetValueOrDefault(what) != after.Texts.GetValueOrDefault(what)))
        {
            text.Append(CultureInfo.InvariantCulture, $"not the same {what}: {before.Texts.GetValueOrDefault(what)} and {after.Texts.GetValueOrDefault(what)}\n");
        }

        foreach (var what in s_sameNumbers.Where(what => !Near(before.Numbers.GetValueOrDefault(what), after.Numbers.GetValueOrDefault(what), 0.02)))
        {
            text.Append(CultureInfo.InvariantCulture, $"not the same {what}: {before.Numbers.GetValueOrDefault(what)} and {after.Numbers.GetValueOrDefault(what)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{"",-24}{Name(before),14}{Name(after),14}{"change",10}\n");
        foreach (var figure in s_faults)
        {
            Append(text, figure, before, after, isLessBetter: true, noise: 0);
        }

        foreach (var figure in s_more.Concat(s_less))
        {
            Append(text, figure, before, after, s_less.Contains(figure), Noise);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string figure, ResultFile before, ResultFile after, bool isLessBetter, double noise)
    {
        double? one = before.Numbers.TryGetValue(figure, out var first) ? first : null;
        double? other = after.Numbers.TryGetValue(figure, out var second) ? second : null;
        if (one is null && other is null)
        {
            return;
        }

        var change = one > 0 && other is not null ? string.Create(CultureInfo.InvariantCulture, $"{(other / one) - 1:+0%;-0%;0%}") : "";
        var word = one is null || other is null || Near(one.Value, other.Value, noise) ? "" : other < one == isLessBetter ? "better" : "worse";
        text.Append($"{figure,-24}{Number(one),14}{Number(other),14}{change,10}  {word}".TrimEnd()).Append('\n');
    }

    private static bool Near(double one, double other, double noise) => Math.Abs(one - other) <= noise * Math.Max(Math.Abs(one), Math.Abs(other));

    private static string Number(double? number) => number?.ToString("0.##", CultureInfo.InvariantCulture) ?? "–";

    private static string Name(ResultFile file) => Path.GetFileNameWithoutExtension(file.File) is { Length: > 12 } name ? name[..12] : Path.GetFileNameWithoutExtension(file.File);
}
