using Spectre.Console.Rendering;

namespace OrleansIM.ConsoleChat;

/// <summary>The last lines of what does not fit, or those before them.</summary>
internal sealed class Tail(IReadOnlyList<IRenderable> rows, int scroll) : Renderable
{
    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var height = options.Height ?? rows.Count;
        var lines = rows.SelectMany(row => Segment.SplitLines(row.Render(options with { Height = null }, maxWidth), maxWidth)).ToList();
        var end = Math.Max(Math.Min(height, lines.Count), lines.Count - scroll);
        foreach (var line in lines[Math.Max(0, end - height)..end])
        {
            foreach (var segment in line)
            {
                yield return segment;
            }

            yield return Segment.LineBreak;
        }
    }
}
