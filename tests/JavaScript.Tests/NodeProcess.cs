using System.Reflection;
using System.Text;

namespace OrleansIM.JavaScript.Tests;

/// <summary>Runs Node in the folder of the JavaScript SDK.</summary>
internal static class NodeProcess
{
    // The slowest suite takes some ten seconds alone. The processors are shared with other tests.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    /// <summary>The folder this was built from.</summary>
    public static string Root { get; } = typeof(NodeProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    /// <summary>The JavaScript SDK.</summary>
    public static string Sdk { get; } = Path.Combine(Root, "ClientSdk", "js");

    /// <summary>What <c>./oim test</c> installs from npm for the tests.</summary>
    public static string Packages { get; } = Path.Combine(Root, "artifacts", "npm");

    /// <summary>Runs a test file and returns when it has passed.</summary>
    /// <param name="file">Its path in <see cref="Sdk"/>.</param>
    /// <param name="server">The server for tests that need one.</param>
    public static async Task PassesAsync(string file, Uri? server = null)
    {
        await SucceedsAsync([.. await NodeRuntime.FlagsAsync(), "--test", "--test-reporter=tap", file], server);
    }

    /// <summary>Runs a program of its own, which takes a server as its argument.</summary>
    public static async Task<(int Code, string Output)> RunProgramAsync(string file, string server, string[]? flags = null) =>
        await RunAsync([.. flags ?? await NodeRuntime.FlagsAsync(), file, server], null);

    /// <summary>Runs Node and returns when it has ended without a fault; what it said otherwise is the message.</summary>
    public static async Task SucceedsAsync(string[] arguments, Uri? server = null)
    {
        var (code, output) = await RunAsync(arguments, server);
        Assert.True(code == 0, $"node {string.Join(' ', arguments)} ended with code {code}:\n{Faults(output)}");
    }

    private static Task<(int Code, string Output)> RunAsync(string[] arguments, Uri? server) => NodeRuntime.RunAsync(
        arguments, Sdk, new Dictionary<string, string?> { ["ORLEANSIM_NPM"] = Packages, ["ORLEANSIM_URL"] = server?.ToString() }, s_limit);

    /// <summary>Of what TAP says, what is about the tests that failed; else the end of it.</summary>
    private static string Faults(string output)
    {
        const int Most = 200;
        var faults = new StringBuilder();
        var (failed, lines) = (false, 0);
        foreach (var line in output.Split('\n'))
        {
            var about = line.TrimStart();
            failed = about.StartsWith("not ok", StringComparison.Ordinal) || (failed && !about.StartsWith("ok ", StringComparison.Ordinal) && !about.StartsWith('#'));
            if (failed && ++lines <= Most)
            {
                faults.AppendLine(line);
            }
        }

        return lines > 0 ? faults.ToString() : output[^Math.Min(output.Length, 8000)..];
    }
}
