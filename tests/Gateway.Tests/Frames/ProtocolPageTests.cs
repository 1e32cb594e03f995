using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using OrleansIM.Gateway.Ops;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Frames;

/// <summary>docs/protocol.md says what the tables in the code say.</summary>
public sealed class ProtocolPageTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/protocol.md"));

    [Fact]
    public void ErrorCodes_EveryRow_IsInThePageAsItIsInTheTable()
    {
        var rows = Regex.Matches(s_page, @"^\| `(\w+)` \| (\d{3}) \| .* \| (never|at once|later) \|$", RegexOptions.Multiline)
            .Select(row => $"{row.Groups[1].Value} {row.Groups[2].Value} {row.Groups[3].Value.Replace(" ", "", StringComparison.Ordinal)}");

        Assert.Equal(ErrorCodes.All.Values.Select(code => $"{code.Code} {code.HttpStatus} {code.Retry.ToString().ToLowerInvariant()}").Order(), rows.Order());
    }

    [Fact]
    public void CloseCodes_Every_IsInThePage()
    {
        var rows = Regex.Matches(s_page, @"^\| (4\d{3}) \|", RegexOptions.Multiline).Select(row => int.Parse(row.Groups[1].Value, null));

        Assert.Equal(CloseCodes.Reconnect.Keys.Order(), rows.Order());
    }

    [Fact]
    public void Ops_Every_IsInThePage()
    {
        var ops = s_page[s_page.IndexOf("| op | fields |", StringComparison.Ordinal)..s_page.IndexOf("| event | `data` |", StringComparison.Ordinal)];
        var rows = Regex.Matches(ops, @"^\| ((?:`[\w.]+`(?: / )?)+) \|", RegexOptions.Multiline)
            .SelectMany(row => Regex.Matches(row.Groups[1].Value, @"[\w.]+").Select(op => op.Value));

        Assert.Equal(OpTable.Names.Order(), rows.Order());
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
