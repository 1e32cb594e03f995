using System.Runtime.CompilerServices;

namespace OrleansIM.Silo.Tests.Contracts;

/// <summary>
/// <c>contracts.txt</c>: what versions up to this one say to each other and store, a line each. Lines are added and never
/// changed: <c>ORLEANSIM_ADD_CONTRACTS=1</c> with these tests adds those that are missing.
/// </summary>
internal static class ContractFile
{
    private static readonly Lock s_gate = new();

    /// <summary>The lines of a kind, without it, in fields.</summary>
    public static IReadOnlyList<string[]> Read(string kind)
    {
        lock (s_gate)
        {
            return [.. File.ReadLines(FilePath()).Select(line => line.Split('\t')).Where(fields => fields[0] == kind).Select(fields => fields[1..])];
        }
    }

    /// <summary>Adds lines, or says that they are missing.</summary>
    public static void Require(string kind, IEnumerable<string[]> missing)
    {
        string[] lines = [.. missing.Select(fields => string.Join('\t', [kind, .. fields]))];
        if (lines.Length > 0 && Environment.GetEnvironmentVariable("ORLEANSIM_ADD_CONTRACTS") == "1")
        {
            lock (s_gate)
            {
                File.AppendAllLines(FilePath(), lines);
            }

            return;
        }

        Assert.True(lines.Length == 0, $"New in the contracts: run these tests with ORLEANSIM_ADD_CONTRACTS=1 and check contracts.txt in.\n{string.Join('\n', lines)}");
    }

    private static string FilePath([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "contracts.txt");
}
