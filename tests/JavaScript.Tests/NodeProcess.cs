using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text;

namespace OrleansIM.JavaScript.Tests;

/// <summary>Runs Node in the folder of the JavaScript SDK.</summary>
internal static class NodeProcess
{
    /// <summary>Why a test is skipped.</summary>
    public const string Missing = "Node 20 or later is not on PATH.";

    // The slowest suite takes some ten seconds alone. The processors are shared with other tests.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(4);

    private static readonly Lazy<Task<int>> s_major = new(MajorAsync);

    /// <summary>The folder this was built from.</summary>
    public static string Root { get; } = typeof(NodeProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == "RepositoryRoot").Value!;

    /// <summary>The JavaScript SDK.</summary>
    public static string Sdk { get; } = Path.Combine(Root, "ClientSdk", "js");

    /// <summary>What <c>./oim test</c> installs from npm for the tests.</summary>
    public static string Packages { get; } = Path.Combine(Root, "artifacts", "npm");

    public static async Task<bool> IsAvailableAsync() => await s_major.Value >= 20;

    /// <summary>Runs a test file and returns when it has passed.</summary>
    /// <param name="file">Its path in <see cref="Sdk"/>.</param>
    /// <param name="server">The server for tests that need one.</param>
    public static async Task PassesAsync(string file, Uri? server = null)
    {
        await SucceedsAsync([.. await FlagsAsync(), "--test", "--test-reporter=tap", file], server);
    }

    /// <summary>Runs a program of its own, which takes the server as its argument and has to end without a fault.</summary>
    public static async Task RunsAsync(string file, Uri server) =>
        await SucceedsAsync([.. await FlagsAsync(), file, server.OriginalString.TrimEnd('/')]);

    // Node 20 has a WebSocket, but asks to be told.
    private static async Task<string[]> FlagsAsync() =>
        await s_major.Value < 22 ? ["--experimental-websocket", "--no-warnings"] : ["--no-warnings"];

    /// <summary>Runs Node and returns when it has ended without a fault; what it said otherwise is the message.</summary>
    public static async Task SucceedsAsync(string[] arguments, Uri? server = null)
    {
        var (code, output) = await RunAsync(arguments, server);
        Assert.True(code == 0, $"node {string.Join(' ', arguments)} ended with code {code}:\n{Faults(output)}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string[] arguments, Uri? server)
    {
        var start = new ProcessStartInfo("node", arguments)
        {
            WorkingDirectory = Sdk,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ORLEANSIM_NPM"] = Packages;
        start.Environment.Remove("ORLEANSIM_URL");
        if (server is not null)
        {
            start.Environment["ORLEANSIM_URL"] = server.ToString();
        }

        using var process = Process.Start(start)!;
        using var limit = new CancellationTokenSource(s_limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(limit.Token);
            var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"It did not end within {s_limit.TotalMinutes} minutes.");
        }
    }

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

    private static async Task<int> MajorAsync()
    {
        try
        {
            var (code, output) = await RunAsync(["--version"], null);
            var major = output.TrimStart('v').Split('.')[0];
            return code == 0 && int.TryParse(major, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }
}
