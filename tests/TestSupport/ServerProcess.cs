using System.Diagnostics;
using System.Net.Sockets;

namespace OrleansIM.TestSupport;

/// <summary>A program of the distribution that a test runs.</summary>
internal static class ServerProcess
{
    /// <summary>
    /// Starts it. What it says goes into a file: what it leaves behind for a while would hold a pipe open, and who waits
    /// for the end waits for the pipe's as well.
    /// </summary>
    public static Process Start(string folder, params string[] command)
        => Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >output 2>&1 </dev/null", "sh", .. command])
        {
            WorkingDirectory = folder,
        })!;

    /// <summary>Runs it to its end and returns its exit code and what it said.</summary>
    public static async Task<(int Code, string Output)> TryRunAsync(string folder, params string[] command)
    {
        using var process = Process.Start(Describe(folder, command))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output + await errors);
    }

    /// <summary>Runs it to its end and returns what it said; an exit code other than 0 is an exception.</summary>
    public static async Task<string> RunAsync(string folder, params string[] command)
    {
        var (code, output) = await TryRunAsync(folder, command);
        return code == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)} ended with code {code}: {output}");
    }

    /// <summary>Whether somebody at that port of this machine begins with these words.</summary>
    public static async Task<bool> GreetsAsync(int port, string greeting)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var reader = new StreamReader(client.GetStream());
            return await reader.ReadLineAsync(limit.Token) is { } said && said.StartsWith(greeting, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Asks it to end (SIGTERM) and waits; after a minute it is killed with its children.</summary>
    public static async Task StopAsync(Process process)
    {
        if (!process.HasExited)
        {
            await RunAsync("/", "kill", "-TERM", $"{process.Id}");
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static ProcessStartInfo Describe(string folder, string[] command) => new(command[0], command[1..])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    };
}
