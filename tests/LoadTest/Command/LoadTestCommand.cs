using OrleansIM.LoadTest.Chaos;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Reporting;
using OrleansIM.LoadTest.Scenarios;
using OrleansIM.LoadTest.Servers;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary><c>./oim loadtest</c>.</summary>
internal sealed class LoadTestCommand(TextWriter output, TextWriter errors, bool isTerminal)
{
    /// <summary>Nothing was wrong.</summary>
    public const int Clean = 0;

    /// <summary>A fault was found.</summary>
    public const int Faulty = 1;

    /// <summary>It could not be run as asked.</summary>
    public const int Unusable = 2;

    /// <summary>A condition of the scenario ended it early; no fault was found.</summary>
    public const int Stopped = 3;

    /// <summary>Carries out a command line and answers the exit code.</summary>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, CancellationToken stop)
    {
        try
        {
            switch (arguments)
            {
                case [] or ["help"] or ["--help"] or ["-h"]:
                    output.Write(Help.Text(ScenarioFile.Load(null)));
                    return Clean;
                case ["compare", ..]:
                    return await CompareAsync([.. arguments.Skip(1)]);
                default:
                    return await LoadAsync(LoadTestOptions.Parse(arguments), stop);
            }
        }
        catch (Exception wrong) when (wrong is UsageException or LoadException)
        {
            await errors.WriteLineAsync("loadtest: " + wrong.Message);
            return Unusable;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await errors.WriteLineAsync("loadtest: stopped before the load began.");
            return Unusable;
        }
    }

    private async Task<int> LoadAsync(LoadTestOptions options, CancellationToken stop)
    {
        var name = options.Scenario ?? throw new UsageException($"Which scenario? There is {string.Join(", ", ScenarioFile.Load(options.ConfigFile).Names)}.");
        var settings = ScenarioFile.Load(options.ConfigFile).Find(name, options.LaidOver);
        if (options.IsCapacity && settings.Capacity.P99.Count == 0)
        {
            throw new UsageException("What has to be met? For example --p99 latencyMs=50.");
        }

        CheckFolder(options.JsonFile, "--json");
        CheckFolder(options.HtmlFile, "--html");
        var scenario = ScenarioKinds.Create(settings.Kind);
        RunResult result;
        try
        {
            result = await RunAsync(options, settings, scenario, stop);
        }
        finally
        {
            await scenario.DisposeAsync();
        }

        result = result with { Scenario = name };
        await ReportAsync(options, settings, result);
        if (result.VerifiedEntries is null)
        {
            await errors.WriteLineAsync("loadtest: " + result.Stopped);
        }

        return result.Faults > 0 ? Faulty : result.VerifiedEntries is null ? Unusable : result.Stopped is not null ? Stopped : Clean;
    }

    private async Task<RunResult> RunAsync(LoadTestOptions options, ScenarioSettings settings, Scenario scenario, CancellationToken stop)
    {
        var progress = new LiveProgress(output, isTerminal);
        var needs = await scenario.ServerSettingsAsync();
        await using var site = await LoadSite.StartAsync(options, settings, needs, progress, stop);
        using var run = new LoadRun(settings, options.Seed, site.Server);
        progress.Say(FormattableString.Invariant(
            $"{options.Scenario}, seed {options.Seed}: {run.People.All.Count} people with {run.People.Accounts.Count} accounts at {site.Server.Description}"));
        var chaos = options.Chaos
            ? new ChaosDriver(ChaosPlan.Create(options.Seed, settings.Seconds, site.Targets), site.Targets, ChaosPlan.QuietFrom(settings.Seconds), progress)
            : null;
        await using var watch = new ServerWatch(run);
        try
        {
            return options.IsCapacity
                ? await new CapacityDriver(run, scenario, watch, progress).RunAsync(stop)
                : await new LoadDriver(run, scenario, watch, progress).RunAsync(chaos, stop);
        }
        catch (Exception vain) when ((vain is OperationCanceledException or LoadException) && (watch.Reason ?? site.Server.WhyGone) is { } reason)
        {
            // Before there was any load.
            throw new LoadException(reason, vain);
        }
    }

    private async Task ReportAsync(LoadTestOptions options, ScenarioSettings settings, RunResult result)
    {
        output.Write(TextReport.Of(result));
        if (options.JsonFile is { } json)
        {
            await result.WriteAsync(json);
            await output.WriteLineAsync($"figures: {json}");
        }

        if (options.HtmlFile is { } html)
        {
            await File.WriteAllTextAsync(html, new HtmlReport(result, settings).Text());
            await output.WriteLineAsync($"report:  {html}");
        }
    }

    private async Task<int> CompareAsync(IReadOnlyList<string> files)
    {
        if (files is not [var before, var after] || files.Any(file => file.StartsWith('-')))
        {
            throw new UsageException("compare takes two files that --json wrote: ./oim loadtest compare A.json B.json");
        }

        output.Write(Comparison.Text(await ResultFile.ReadAsync(before), await ResultFile.ReadAsync(after)));
        return Clean;
    }

    /// <summary>Said before the load rather than after.</summary>
    private static void CheckFolder(string? file, string option)
    {
        if (file is not null && !Directory.Exists(Path.GetDirectoryName(file)))
        {
            throw new UsageException($"{option}: there is no folder {Path.GetDirectoryName(file)}.");
        }
    }
}
