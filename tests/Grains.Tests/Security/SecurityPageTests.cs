using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace OrleansIM.Grains.Tests.Security;

/// <summary>docs/security.md names a test for every defence, and each of them exists.</summary>
public sealed partial class SecurityPageTests
{
    private static readonly string s_tests = Path.GetFullPath(Path.Combine(Folder(), "../.."));
    private static readonly string s_page = File.ReadAllText(Path.Combine(s_tests, "../docs/security.md"));

    [Fact]
    public void Tests_EveryOneThatIsNamed_Exists()
    {
        var methods = Directory.EnumerateFiles(s_tests, "*.cs", SearchOption.AllDirectories)
            .SelectMany(file => Methods(File.ReadAllText(file)).Select(method => $"{Path.GetFileName(file).Split('.')[0]}.{method}"))
            .ToHashSet(StringComparer.Ordinal);
        var named = Rows().SelectMany(row => NamesIn(row.Test)).ToArray();

        Assert.True(named.Length > 80, $"Only {named.Length} tests are named.");
        Assert.All(named, name => Assert.Contains(name, methods));
    }

    [Fact]
    public void Threats_EveryOne_HasADefenceAndATestOrSaysThatItHasNone() =>
        Assert.All(Rows(), row => Assert.True(row.Defence.Length > 0 && (NamesIn(row.Test).Any() || row.Test == "–"), row.Threat));

    private static IEnumerable<(string Threat, string Defence, string Test)> Rows()
    {
        var begin = s_page.IndexOf("## Threat, defence, test", StringComparison.Ordinal);
        var part = s_page[begin..s_page.IndexOf("## Not defended", StringComparison.Ordinal)];
        return Row().Matches(part)
            .Select(row => (row.Groups[1].Value.Trim(), row.Groups[2].Value.Trim(), row.Groups[3].Value.Trim()))
            .Where(row => row.Item1 is not "threat" && !row.Item1.StartsWith("---", StringComparison.Ordinal));
    }

    /// <summary>Tests are methods; those in the browser are data of one.</summary>
    private static IEnumerable<string> Methods(string code) => Method().Matches(code).Select(method => method.Groups[1].Value)
        .Concat(Scenario().Matches(code).Select(scenario => scenario.Groups[1].Value));

    private static IEnumerable<string> NamesIn(string text) => Name().Matches(text).Select(name => name.Groups[1].Value);

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^\|([^|\n]*)\|([^|\n]*)\|([^|\n]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+\.\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"public (?:async )?(?:Task|void) (\w+)\(")]
    private static partial Regex Method();

    [GeneratedRegex(@"InlineData\(""([a-z]\w+_\w+)""\)")]
    private static partial Regex Scenario();
}
