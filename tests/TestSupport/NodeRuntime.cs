using System.Diagnostics;
using System.Globalization;

namespace OrleansIM.TestSupport;

/// <summary>Node, if it is on PATH.</summary>
public static class NodeRuntime
{
    /// <summary>Why a test is skipped that needs it.</summary>
    public const string Missing = "Node 20 or later is not on PATH.";

    private static readonly Lazy<Task<int>> s_major = new(MajorAsync);

    public static async Task<bool> IsAvailableAsync() => await s_major.Value >= 20;

    /// <summary>What it is to be told before a program that uses a WebSocket: Node 20 has one, but asks.</summary>
    public static async Task<string[]> FlagsAsync() => await s_major.Value < 22 ? ["--experimental-websocket", "--no-warnings"] : ["--no-warnings"];

    /// <summary>What it is to be told to have no WebSocket.</summary>
    public static async Task<string[]> FlagsWithoutWebSocketAsync() => await s_major.Value < 22 ? [] : ["--no-experimental-websocket"];

    /// <summary>Runs it to its end, without what is null in the environment; over the limit it is killed, and the code is -1.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string[] arguments, string folder, IReadOnlyDictionary<string, string?> environment, TimeSpan limit)
    {
        var start = new ProcessStartInfo("node", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
        {
            start.Environment.Remove(name);
            if (value is not null)
            {
                start.Environment[name] = value;
            }
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(patience.Token);
            var output = await process.StandardOutput.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"It did not end within {limit.TotalMinutes} minutes.");
        }
    }

    private static async Task<int> MajorAsync()
    {
        try
        {
            var (code, output) = await RunAsync(["--version"], Environment.CurrentDirectory, new Dictionary<string, string?>(), TimeSpan.FromMinutes(4));
            return code == 0 && int.TryParse(output.TrimStart('v').Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) ? major : 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }
}
