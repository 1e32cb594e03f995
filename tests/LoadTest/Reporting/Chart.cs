using System.Globalization;
using System.Net;
using System.Text;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>A line of a chart.</summary>
/// <param name="Name">In the legend.</param>
/// <param name="Colour">A number from 1 to 6 of the style sheet.</param>
/// <param name="Points">In the order of their places; null where nothing was measured, and the line has a hole.</param>
/// <param name="Dashed">Whether it is something planned.</param>
internal sealed record ChartLine(string Name, int Colour, IReadOnlyList<(double At, double? Value)> Points, bool Dashed = false);

/// <summary>A chart as SVG: axes, lines, marks. Nothing but text, so that a report needs nothing beside itself.</summary>
/// <param name="Title">Above it.</param>
/// <param name="Unit">What its numbers are.</param>
/// <param name="Lines">What it shows.</param>
internal sealed record Chart(string Title, string Unit, IReadOnlyList<ChartLine> Lines)
{
    private const double Left = 46, Right = 22, Top = 16, Bottom = 24;
    private const double RoomForAName = 40;

    /// <summary>Times from a tenth of a millisecond to minutes fit no other way.</summary>
    public bool IsLogarithmic { get; init; }

    /// <summary>Moments that are marked, numbered from 1.</summary>
    public IReadOnlyList<double> Marks { get; init; } = [];

    /// <summary>Places on the axis below and what they are called; seconds by default.</summary>
    public IReadOnlyList<(double At, string Text)>? Places { get; init; }

    public bool IsWide { get; init; }

    /// <summary>A level that is a limit.</summary>
    public double? Limit { get; init; }

    private double Width => IsWide ? 1100 : 540;

    private double Height => IsWide ? 250 : 220;

    public bool IsEmpty => !Lines.Any(line => line.Points.Any(point => point.Value is not null));

    public void AppendTo(StringBuilder html)
    {
        var (from, to) = Span();
        var scale = IsLogarithmic ? LogScale() : LinearScale();
        html.Append(CultureInfo.InvariantCulture, $"<section class=\"card{(IsWide ? " wide" : "")}\"><h3>{WebUtility.HtmlEncode(Title)}<small>{WebUtility.HtmlEncode(Unit)}</small></h3>\n<div class=\"legend\">");
        foreach (var line in Lines)
        {
            html.Append(CultureInfo.InvariantCulture, $"<span><i style=\"background:var(--c{line.Colour})\"></i>{WebUtility.HtmlEncode(line.Name)}</span>");
        }

        html.Append(CultureInfo.InvariantCulture, $"</div>\n<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{WebUtility.HtmlEncode(Title)}\">\n");
        AppendAxes(html, from, to, scale);
        AppendMarks(html, from, to);
        foreach (var line in Lines)
        {
            AppendLine(html, line, from, to, scale);
        }

        html.Append("</svg></section>\n");
    }

    private void AppendAxes(StringBuilder html, double from, double to, Scale scale)
    {
        foreach (var tick in scale.Ticks)
        {
            var y = Y(scale.Of(tick));
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{y:0.#}\" y2=\"{y:0.#}\"/><text x=\"{Left - 6}\" y=\"{y + 4:0.#}\" text-anchor=\"end\">{Short(tick)}</text>\n");
        }

        var free = double.MinValue;
        foreach (var (at, text) in Places ?? Seconds(from, to))
        {
            // Two names in one place are none.
            if (X(at, from, to) < free)
            {
                continue;
            }

            free = X(at, from, to) + RoomForAName;
            html.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(at, from, to):0.#}\" y=\"{Height - 6}\" text-anchor=\"middle\">{text}</text>\n");
        }

        if (Limit is { } limit && scale.Of(limit) is >= 0 and <= 1 and var level)
        {
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"mark\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(level):0.#}\" y2=\"{Y(level):0.#}\"/>\n");
        }
    }

    private void AppendMarks(StringBuilder html, double from, double to)
    {
        foreach (var (index, at) in Marks.Index().Where(mark => mark.Item >= from && mark.Item <= to))
        {
            var x = X(at, from, to);
            html.Append(CultureInfo.InvariantCulture, $"<line class=\"mark\" x1=\"{x:0.#}\" x2=\"{x:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\"/><circle class=\"flag\" cx=\"{x:0.#}\" cy=\"9\" r=\"7.5\"/><text class=\"flagtext\" x=\"{x:0.#}\" y=\"12.2\" text-anchor=\"middle\">{index + 1}</text>\n");
        }
    }

    private void AppendLine(StringBuilder html, ChartLine line, double from, double to, Scale scale)
    {
        var path = new StringBuilder();
        var isDown = false;
        foreach (var (at, value) in line.Points)
        {
            if (value is not { } known || (IsLogarithmic && known <= 0))
            {
                isDown = false;
                continue;
            }

            path.Append(CultureInfo.InvariantCulture, $"{(isDown ? 'L' : 'M')}{X(at, from, to):0.#} {Y(scale.Of(known)):0.#}");
            isDown = true;
        }

        html.Append(CultureInfo.InvariantCulture, $"<path d=\"{path}\" fill=\"none\" style=\"stroke:var(--c{line.Colour})\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke-linecap=\"round\"{(line.Dashed ? " stroke-dasharray=\"5 4\"" : "")}/>\n");
    }

    private (double From, double To) Span()
    {
        var places = Lines.SelectMany(line => line.Points).Select(point => point.At).DefaultIfEmpty(0).ToList();
        var (from, to) = (Places is null ? 0 : places.Min(), places.Max());
        return (from, to > from ? to : from + 1);
    }

    private IEnumerable<double> Values => Lines.SelectMany(line => line.Points).Select(point => point.Value).OfType<double>();

    private Scale LinearScale()
    {
        var most = Math.Max(Values.DefaultIfEmpty(1).Max(), 1e-9);
        var step = NiceStep(most / 4);
        var top = Math.Ceiling(most / step) * step;
        return new Scale([.. Enumerable.Range(0, (int)Math.Round(top / step) + 1).Select(i => i * step)], value => value / top);
    }

    private Scale LogScale()
    {
        var positive = Values.Where(value => value > 0).DefaultIfEmpty(1).ToList();
        var (low, high) = ((int)Math.Floor(Math.Log10(positive.Min())), (int)Math.Ceiling(Math.Log10(positive.Max() * 1.001)));
        high = Math.Max(high, low + 1);
        return new Scale([.. Enumerable.Range(low, high - low + 1).Select(power => Math.Pow(10, power))], value => (Math.Log10(value) - low) / (high - low));
    }

    private static IEnumerable<(double At, string Text)> Seconds(double from, double to)
    {
        var step = NiceStep((to - from) / 8);
        for (var at = from; at <= to + 1e-9; at += step)
        {
            yield return (at, at >= 120 ? TimeSpan.FromSeconds(at).ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{at:0.##} s"));
        }
    }

    /// <summary>1, 2 or 5 times a power of ten.</summary>
    private static double NiceStep(double rough)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(Math.Max(rough, 1e-9))));
        return (rough / power) switch { <= 1 => power, <= 2 => 2 * power, <= 5 => 5 * power, _ => 10 * power };
    }

    private static string Short(double number) => number >= 10_000
        ? string.Create(CultureInfo.InvariantCulture, $"{number / 1000:0.#}k")
        : number.ToString("0.###", CultureInfo.InvariantCulture);

    private double X(double at, double from, double to) => Left + ((Width - Left - Right) * (at - from) / (to - from));

    private double Y(double share) => Height - Bottom - ((Height - Top - Bottom) * Math.Clamp(share, 0, 1));

    /// <summary>Values that are named beside the axis, and how high a value stands between 0 and 1.</summary>
    private sealed record Scale(IReadOnlyList<double> Ticks, Func<double, double> Of);
}
