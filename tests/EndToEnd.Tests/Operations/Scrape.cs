using System.Globalization;
using System.Text.RegularExpressions;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>What <c>/metrics</c> said at one moment.</summary>
internal sealed partial class Scrape
{
    private readonly List<(string Name, string Labels, double Value)> _samples = [];

    private Scrape(string text)
    {
        foreach (var match in Sample().Matches(text).Cast<Match>())
        {
            _samples.Add((match.Groups["name"].Value, match.Groups["labels"].Value, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }

        Families = [.. Family().Matches(text).Select(match => match.Groups["name"].Value)];
    }

    /// <summary>The metrics that there are, as they are called in the documentation.</summary>
    public IReadOnlyList<string> Families { get; }

    public static async Task<Scrape> OfAsync(Uri server)
    {
        var answer = await Api.SendAsync(server, HttpMethod.Get, "metrics", null);
        Assert.Equal(200, answer.Status);
        return new Scrape(answer.Body);
    }

    /// <summary>All of a metric together; of a histogram how often there was something to measure.</summary>
    public double Sum(string metric, string labels = "") =>
        _samples.Where(sample => (sample.Name == metric || sample.Name == metric + "_count") && sample.Labels.Contains(labels, StringComparison.Ordinal)).Sum(sample => sample.Value);

    [GeneratedRegex(@"^(?<name>[a-z_]+)(\{(?<labels>[^}]*)\})? (?<value>[0-9.eE+-]+)", RegexOptions.Multiline)]
    private static partial Regex Sample();

    [GeneratedRegex(@"^# TYPE (?<name>\S+) ", RegexOptions.Multiline)]
    private static partial Regex Family();
}
