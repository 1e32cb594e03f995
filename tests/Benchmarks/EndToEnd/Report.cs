using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>The table for people and the array for programs.</summary>
internal static class Report
{
    /// <summary>Foreign CPU over which a run is no measurement.</summary>
    private const double Tolerable = 0.08;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.Strict,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The table of one workload.</summary>
    public static string Table(Results results, string engine)
    {
        var text = new StringBuilder();
        text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{results.Workload.Name} (engine {engine}, store {results.Store}): {results.Workload.What}");
        text.AppendLine(Line("figure; ×: over 1 is better for us", "unit", "ours", "peer", "×peer", "limit", "×limit", "spread ours/peer/limit", "target"));
        foreach (var row in results.Rows())
        {
            text.AppendLine(Line(
                row.Figure.Name, row.Figure.Unit, Number(row.Ours?.Median), Number(row.Peer?.Median), Ratio(row.RatioToPeer),
                Number(row.Limit?.Median), Ratio(row.RatioToLimit), $"{Percent(row.Ours?.Spread)}/{Percent(row.Peer?.Spread)}/{Percent(row.Limit?.Spread)}", row.Figure.Target));
        }

        var foreign = results.Foreign().Select(side => $"{side.Key} {Percent(side.Value)}");
        var verdict = results.Foreign().Values.Any(share => share > Tolerable) ? $" – over {Percent(Tolerable)}: repeat it on a quiet machine" : "";
        text.AppendLine(CultureInfo.InvariantCulture, $"  noise: other processes took up to this share of the machine in a round of {string.Join(", ", foreign)}{verdict}");
        foreach (var (side, reason) in results.Failures)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"  {side} FAILED: {reason}");
        }

        return text.ToString();
    }

    /// <summary>Writes every figure of every workload.</summary>
    public static Task WriteJsonAsync(string file, IEnumerable<Results> all, string engine) =>
        File.WriteAllTextAsync(file, JsonSerializer.Serialize(all.SelectMany(results => results.Rows().Select(row => Entry(results, row, engine))).ToArray(), s_json));

    private static object Entry(Results results, Row row, string engine) => new
    {
        Workload = $"{results.Workload.Name} {row.Figure.Name}",
        row.Figure.Unit,
        Ours = Round(row.Ours?.Median),
        Peer = Round(row.Peer?.Median),
        Limit = Round(row.Limit?.Median),
        RatioToPeer = Round(row.RatioToPeer),
        RatioToLimit = Round(row.RatioToLimit),
        Noise = new { Ours = Round(row.Ours?.Spread), Peer = Round(row.Peer?.Spread), Limit = Round(row.Limit?.Spread), ForeignCpu = results.Foreign().ToDictionary(side => side.Key, side => Round(side.Value)) },
        Engine = engine,
        results.Store,
    };

    private static string Line(string figure, string unit, string ours, string peer, string toPeer, string limit, string toLimit, string spread, string target) =>
        $"  {figure,-36} {unit,-5} {ours,10} {peer,10} {toPeer,7} {limit,10} {toLimit,7}  {spread,-23} {target}".TrimEnd();

    private static string Number(double? value) => value switch
    {
        null => "–",
        >= 1000 => value.Value.ToString("N0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static string Ratio(double? value) => value is null ? "–" : value.Value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is null ? "–" : share.Value.ToString("0 %", CultureInfo.InvariantCulture);

    /// <summary>Four digits are more than the machine is good for.</summary>
    private static double? Round(double? value) =>
        value is null ? null : double.Parse(value.Value.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
