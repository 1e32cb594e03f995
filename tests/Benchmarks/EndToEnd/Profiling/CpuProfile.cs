using System.Diagnostics;
using System.Globalization;

namespace OrleansIM.Benchmarks.EndToEnd.Profiling;

/// <summary>
/// A CPU profile by <c>perf</c> (Debian: linux-perf), with the names that the runtime gives compiled code when the server
/// was started with <c>DOTNET_PerfMapEnabled=1</c>. Everything lies in one folder: the samples, the stacks as text, and
/// the report.
/// </summary>
internal sealed class CpuProfile : IAsyncDisposable
{
    /// <summary>
    /// What a server needs to be started with: names for compiled code, in memory that perf takes for code (the runtime's
    /// double mapping looks like a file to it).
    /// </summary>
    public static IReadOnlyDictionary<string, string> ServerEnvironment { get; } =
        new Dictionary<string, string> { ["DOTNET_PerfMapEnabled"] = "1", ["DOTNET_EnableWriteXorExecute"] = "0" };

    private readonly Process _perf;
    private readonly string _samples;
    private readonly string _name;

    private CpuProfile(Process perf, string samples, string name) => (_perf, _samples, _name) = (perf, samples, name);

    /// <summary>Samples a process until it is disposed.</summary>
    /// <exception cref="BenchException">There is no perf here.</exception>
    public static async Task<CpuProfile> StartAsync(int process, string folder, string name)
    {
        Directory.CreateDirectory(folder);
        var samples = Path.Combine(folder, $"{name}.perf");
        try
        {
            var perf = Process.Start("perf", ["record", "-q", "-F", "997", "-g", "-p", process.ToString(CultureInfo.InvariantCulture), "-o", samples]);
            await Task.Delay(200);
            return new CpuProfile(perf, samples, name);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new BenchException("There is no perf on the PATH (Debian: apt-get install linux-perf).");
        }
    }

    public async ValueTask DisposeAsync()
    {
        using (var ask = Process.Start("kill", ["-INT", _perf.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await ask.WaitForExitAsync();
        }

        await _perf.WaitForExitAsync();
        _perf.Dispose();
        var stacks = Path.ChangeExtension(_samples, ".stacks.txt");
        // Read while the process lives: its map of names is a file that outlives it, but its mappings do not.
        var script = new ProcessStartInfo("sh", ["-c", $"perf script -i '{_samples}' -F comm,tid,ip,sym,dso 2>/dev/null > '{stacks}'"]);
        using (var running = Process.Start(script)!)
        {
            await running.WaitForExitAsync();
        }

        var report = Path.ChangeExtension(_samples, ".txt");
        await File.WriteAllTextAsync(report, ProfileReport.Of(_name, File.ReadLines(stacks)));
        Progress.Say($"profile: {report}");
    }
}
