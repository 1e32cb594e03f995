using System.Diagnostics;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>A program that is run to its end.</summary>
internal sealed record Command(int Code, string Output, string Errors)
{
    /// <summary>Runs it; what takes longer than the limit is killed and fails.</summary>
    public static async Task<Command> RunAsync(TimeSpan limit, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Repository.PathOf(),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Where a build of another SDK is to look is told by the one that runs the tests, to its children too.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(limit);
        try
        {
            var errors = process.StandardError.ReadToEndAsync(late.Token);
            var output = await process.StandardOutput.ReadToEndAsync(late.Token);
            await process.WaitForExitAsync(late.Token);
            return new(process.ExitCode, output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return new(-1, "", $"It did not end within {limit.TotalSeconds} s.");
        }
    }

    /// <summary>What it has written, if it went well.</summary>
    public static async Task<string> OutputOfAsync(TimeSpan limit, params string[] command)
    {
        var done = await RunAsync(limit, new Dictionary<string, string>(), command);
        Assert.True(done.Code == 0, $"{string.Join(' ', command)} ended with {done.Code}: {done.Output}{done.Errors}");
        return done.Output.Trim();
    }
}
