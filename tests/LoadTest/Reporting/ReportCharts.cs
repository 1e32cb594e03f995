using System.Globalization;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>The charts of a report.</summary>
internal sealed class ReportCharts(RunResult result)
{
    private readonly IReadOnlyList<double> _marks = [.. result.Chaos.Select(mark => mark.At)];

    public IEnumerable<Chart> All()
    {
        if (result.Capacity is { } capacity)
        {
            yield return OfCapacity(capacity);
        }

        yield return Load();
        foreach (var (name, _) in result.Times.Where(time => time.Name != "ackMs"))
        {
            yield return TimesOf(name);
        }

        yield return Distributions();
        yield return new Chart("Sessions", "open", [Line("open", 2, sample => sample.Online), Line("arrivals under way", 3, sample => sample.UnderWay)]) { Marks = _marks };
        yield return new Chart("Memory of the server", "MB resident", [Line("memory", 4, sample => sample.MemoryMb)]) { Marks = _marks };
        yield return new Chart("Processors", "in use", [Line("server", 1, sample => sample.ServerCores), Line("load generator", 6, sample => sample.ClientCores)]) { Marks = _marks };
    }

    private Chart Load()
    {
        List<ChartLine> lines = [Line("planned", 6, sample => sample.Planned) with { Dashed = true }, Line("begun", 1, sample => sample.Arrivals)];
        if (result.Sent > 0)
        {
            lines.Add(Line("messages stored", 2, sample => sample.Acknowledged));
            lines.Add(Line("messages delivered", 3, sample => sample.Delivered));
        }

        if (result.SignIns > 0)
        {
            lines.Add(Line("sign-ins", 4, sample => sample.SignIns));
        }

        if (result.MailsDelivered > 0)
        {
            lines.Add(Line("mails seen", 2, sample => sample.Mails));
        }

        if (result.PresenceChanges > 0 && result.Sent == 0)
        {
            lines.Add(Line("changes of presence", 2, sample => sample.Presences));
        }

        if (result.Series.Any(sample => sample.Errors > 0))
        {
            lines.Add(Line("errors", 5, sample => sample.Errors));
        }

        return new Chart("Load", "per second", lines) { Marks = _marks, IsWide = true };
    }

    private Chart TimesOf(string name)
    {
        var words = TextReport.Words(name);
        return new Chart(
            char.ToUpperInvariant(words[0]) + words[1..],
            "ms, each second",
            [Line("max", 6, sample => Of(sample)?.Max), Line("p99", 3, sample => Of(sample)?.P99), Line("p50", 1, sample => Of(sample)?.P50)])
        {
            Marks = _marks,
            IsLogarithmic = true,
        };

        LatencyFigures? Of(Sample sample) => sample.Times.GetValueOrDefault(name);
    }

    /// <summary>Each step to the right is ten times nearer to everybody.</summary>
    private Chart Distributions()
    {
        var lines = new List<ChartLine>();
        var longest = 1.0;
        foreach (var (name, _) in result.Times)
        {
            var points = result.Distributions.GetValueOrDefault(name, []).Select(point => (At: -Math.Log10(1 - point.Share), Value: (double?)point.Milliseconds)).ToList();
            longest = Math.Max(longest, points.Select(point => point.At).DefaultIfEmpty(0).Max());
            lines.Add(new ChartLine(TextReport.Words(name), lines.Count + 1, points));
        }

        (double, string)[] places = [(0, "0 %"), (-Math.Log10(0.5), "50 %"), (1, "90 %"), (2, "99 %"), (3, "99.9 %"), (4, "99.99 %"), (5, "99.999 %")];
        return new Chart("Distribution", "ms that so many stay under", lines) { IsLogarithmic = true, Places = [.. places.Where(place => place.Item1 <= longest)] };
    }

    private static Chart OfCapacity(CapacityFigures capacity)
    {
        // Of a rate that was tried twice, the time that counted.
        var steps = capacity.Steps.GroupBy(step => step.Rate).Select(tries => tries.Last()).OrderBy(step => step.Rate).ToList();
        List<ChartLine> lines = [.. capacity.Limits.Keys.Select((name, index) => new ChartLine(
            TextReport.Words(name) + " p99", index + 1, [.. steps.Select(step => (Math.Log2(step.Rate), (double?)step.P99.GetValueOrDefault(name)))]))];
        return new Chart("Capacity", "p99 in ms by rate; the limit is dashed", lines)
        {
            IsLogarithmic = true,
            IsWide = true,
            Limit = capacity.Limits.Count == 1 ? capacity.Limits.Values.First() : null,
            Places = [.. steps.Select(step => (Math.Log2(step.Rate), step.Rate.ToString("0", CultureInfo.InvariantCulture) + "/s"))],
        };
    }

    private ChartLine Line(string name, int colour, Func<Sample, double?> value) =>
        new(name, colour, [.. result.Series.Select(sample => (sample.At, value(sample)))]);
}
