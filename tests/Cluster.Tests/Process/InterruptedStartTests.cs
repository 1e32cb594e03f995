using System.Diagnostics;
using System.Globalization;
using OrleansIM.Clusters;

namespace OrleansIM.Cluster.Tests.Process;

/// <summary>Ctrl-C at the terminal of <c>./oim cluster</c> while it still starts.</summary>
public sealed class InterruptedStartTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);

    private readonly TempDirectory _folder = new();

    private string Temporary => Path.Combine(_folder.Path, "tmp");

    private string Logs => Path.Combine(_folder.Path, "logs");

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CtrlC_BeforeItIsThere_StopsItWithoutATraceOfIt(bool isEarly)
    {
        Skip.If(LocalCluster.WhyNot is not null, LocalCluster.WhyNot);
        MakeTemporary();
        using var cluster = System.Diagnostics.Process.Start(Command())!;
        var errors = cluster.StandardError.ReadToEndAsync();
        var first = await cluster.StandardOutput.ReadLineAsync().WaitAsync(s_patience);
        Assert.StartsWith("Starting PostgreSQL", first, StringComparison.Ordinal);
        await Eventually.TrueAsync(
            () => isEarly ? Mine().Any(process => process.Contains("postgres", StringComparison.Ordinal)) : File.Exists(Path.Combine(Logs, "silo-1.log")),
            isEarly ? "the database to be made" : "the silo to start",
            s_patience);

        Assert.All(Directory.GetDirectories(Temporary, "orleansim-*"), folder => Assert.StartsWith("orleansim-cluster-", Path.GetFileName(folder), StringComparison.Ordinal));

        // To everybody in the foreground, as the terminal does it.
        using (var signal = System.Diagnostics.Process.Start("kill", ["-INT", "--", string.Create(CultureInfo.InvariantCulture, $"-{cluster.Id}")]))
        {
            await signal.WaitForExitAsync();
        }

        var said = await cluster.StandardOutput.ReadToEndAsync().WaitAsync(s_patience);
        await cluster.WaitForExitAsync().WaitAsync(s_patience);

        Assert.Equal((0, $"Stopping…{Environment.NewLine}", ""), (cluster.ExitCode, said, await errors));
        Assert.Empty(Directory.GetDirectories(Temporary, "orleansim-*"));
        await Eventually.TrueAsync(() => Mine().Count == 0, () => $"the end of {string.Join(", ", Mine())}", s_patience);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Where all of it has its files; the database's own user comes through.</summary>
    private void MakeTemporary()
    {
        Directory.CreateDirectory(Temporary);
        TempDirectory.Open(_folder.Path);
        TempDirectory.Open(Temporary);
    }

    private ProcessStartInfo Command()
    {
        var configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var program = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "LocalCluster", configuration, "OrleansIM.LocalCluster.dll"));
        // A process group of its own, as a shell gives one to what it starts; and whoever has these tests ignore SIGINT does not mean it.
        var start = new ProcessStartInfo("setsid",
        [
            "env", "--default-signal=INT", "dotnet", program, "--silos", "1", "--gateways", "1", "--logs", Logs,
            "--port", Ports.Free().ToString(CultureInfo.InvariantCulture),
        ])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["TMPDIR"] = Temporary;
        return start;
    }

    /// <summary>The processes that have its folder in their command or their environment.</summary>
    private List<string> Mine()
    {
        var found = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(process, "cmdline"));
                if ((command + File.ReadAllText(Path.Combine(process, "environ"))).Contains(_folder.Path, StringComparison.Ordinal))
                {
                    found.Add($"{Path.GetFileName(process)} {command.Replace('\0', ' ')}");
                }
            }
            catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
            {
            }
        }

        return found;
    }
}
