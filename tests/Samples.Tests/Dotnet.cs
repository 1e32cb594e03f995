using System.Diagnostics;
using System.Reflection;

namespace OrleansIM.Samples.Tests;

/// <summary>Runs programs, and the SDK's own commands as a person does.</summary>
internal static class Dotnet
{
    // The processors are shared with other tests.
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(8);

    /// <summary>The folder this was built from.</summary>
    public static string Root { get; } = Path.GetFullPath(Metadata("RepositoryRoot"));

    /// <summary>A sample as it was built beside these tests.</summary>
    public static string Sample(string name)
    {
        var configuration = Path.GetFileName(Path.GetDirectoryName(typeof(Dotnet).Assembly.Location))!;
        return Path.Combine(Metadata("Bin"), name, configuration, $"OrleansIM.{name}.dll");
    }

    public static ProcessStartInfo Describe(string folder, params string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Where a build of another SDK is to look is told by the one that runs the tests, to its children too.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(name);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        start.Environment["DOTNET_NOLOGO"] = "1";
        return start;
    }

    /// <summary>Runs it to its end. What stays behind for a while (build servers) is not started.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string folder, params string[] command)
    {
        using var process = Process.Start(Describe(folder, command))!;
        process.StandardInput.Close();
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
            return (-1, $"{string.Join(' ', command)} did not end within {s_limit.TotalMinutes} minutes.");
        }
    }

    /// <summary>A command of the .NET SDK that builds something.</summary>
    public static Task<(int Code, string Output)> BuildAsync(string folder, string command, params string[] arguments) =>
        RunAsync(folder, ["dotnet", command, .. arguments, "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false"]);

    private static string Metadata(string key) => typeof(Dotnet).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(metadata => metadata.Key == key).Value!;
}
