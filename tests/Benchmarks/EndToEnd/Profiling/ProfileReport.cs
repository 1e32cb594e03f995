using System.Globalization;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Profiling;

/// <summary>Adds stacks up: by area and by function, exclusive (on top of the stack) and inclusive (anywhere on it).</summary>
internal static class ProfileReport
{
    private const int Shown = 60;
    private const string RuntimeKind = "runtime (GC, allocation, type checks)";

    public static string Of(string name, IEnumerable<string> lines)
    {
        var total = 0;
        Dictionary<string, int> exclusive = [], inclusive = [], areas = [], areasInclusive = [], threads = [], kinds = [], runtime = [];
        foreach (var stack in Stacks(lines))
        {
            total++;
            Count(threads, stack.Thread);
            Count(kinds, stack.Kind);
            if (stack.Kind == RuntimeKind)
            {
                Count(runtime, stack.Frames.FirstOrDefault(frame => frame.Contains("::", StringComparison.Ordinal) && frame.Contains('[', StringComparison.Ordinal)) ?? "its own threads (background GC, tiering)");
            }

            Count(exclusive, stack.Frames[0]);
            foreach (var frame in stack.Frames.Distinct())
            {
                Count(inclusive, frame);
            }

            Count(areas, CostAreas.Of(stack.Frames));
            foreach (var area in stack.Frames.Select(CostAreas.OfFrame).OfType<string>().Distinct())
            {
                Count(areasInclusive, area);
            }
        }

        var report = new StringBuilder();
        report.AppendLine(CultureInfo.InvariantCulture, $"CPU profile of our server during {name}: {total} samples.");
        Section(report, "By kind of code on top of the stack", kinds, total, 10);
        Section(report, "By area (each sample belongs to the innermost frame that has an area; kernel and runtime work belongs to who asked for it)", areas, total, 40);
        Section(report, "By area, inclusive (anywhere on the stack)", areasInclusive, total, 40);
        Section(report, "Runtime without names (GC, allocation, type checks), by the managed code that got there", runtime, total, 40);
        Section(report, "By thread name", threads, total, 15);
        Section(report, "Functions, exclusive", exclusive, total, Shown);
        Section(report, "Functions, inclusive", inclusive, total, Shown * 2);
        return report.ToString();
    }

    private static void Count(Dictionary<string, int> counts, string key) => counts[key] = counts.GetValueOrDefault(key) + 1;

    private static void Section(StringBuilder report, string title, Dictionary<string, int> counts, int total, int most)
    {
        report.AppendLine().AppendLine(title);
        foreach (var (key, count) in counts.OrderByDescending(pair => pair.Value).Take(most))
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"  {100.0 * count / total,5:0.0} %  {key}");
        }
    }

    /// <summary>A line that names the thread, then a line per frame, innermost first, then an empty line.</summary>
    private static IEnumerable<Stack> Stacks(IEnumerable<string> lines)
    {
        string? thread = null;
        var kind = "";
        var frames = new List<string>();
        foreach (var line in lines.Append(""))
        {
            if (line.Length == 0)
            {
                if (thread is not null && frames.Count > 0)
                {
                    yield return new Stack(thread, kind, [.. frames]);
                }

                thread = null;
                frames.Clear();
            }
            else if (thread is null)
            {
                thread = line.Trim().Split("  ")[0].TrimEnd(" 0123456789:".ToCharArray());
            }
            else
            {
                kind = frames.Count == 0 ? KindOf(line) : kind;
                frames.Add(FrameOf(line));
            }
        }
    }

    /// <summary>From "  7f12 name+0x1 (library)" to "name", or "[library]" where there is no name.</summary>
    private static string FrameOf(string line)
    {
        var text = line.AsSpan().Trim();
        text = text[(text.IndexOf(' ') + 1)..];
        var library = text.LastIndexOf('(');
        var name = (library > 0 ? text[..library] : text).Trim().ToString();
        return name.Length == 0 || name == "[unknown]" ? $"[{Path.GetFileName(text[(library + 1)..].TrimEnd(')').ToString())}]" : Shorten(name);
    }

    /// <summary>By the file the code lies in.</summary>
    private static string KindOf(string line) =>
        line.EndsWith("([kernel.kallsyms])", StringComparison.Ordinal) ? "kernel"
        : line.Contains("libcoreclr.so", StringComparison.Ordinal) || line.Contains("libclrgc", StringComparison.Ordinal) ? RuntimeKind
        : line.Contains("libclrjit.so", StringComparison.Ordinal) ? "JIT"
        : line.Contains("/perf-", StringComparison.Ordinal) || line.EndsWith(".dll)", StringComparison.Ordinal) ? "managed code"
        : "other native code";

    /// <summary>Leaves out parameters and the tier it was compiled at; they differ between calls of the same code.</summary>
    private static string Shorten(string name)
    {
        var tier = name.LastIndexOf("[Tier", StringComparison.Ordinal);
        var end = tier > 0 ? name[..tier] : name;
        var parameters = end.LastIndexOf('(');
        return parameters > 0 ? end[..parameters] : end;
    }

    private sealed record Stack(string Thread, string Kind, string[] Frames);
}
