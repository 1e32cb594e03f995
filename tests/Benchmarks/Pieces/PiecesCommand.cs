using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;

namespace OrleansIM.Benchmarks.Pieces;

/// <summary><c>bench pieces</c>: parts of the server by themselves, measured by BenchmarkDotNet.</summary>
internal static class PiecesCommand
{
    /// <summary>Measures every piece whose name has one of the filters in it; all without any.</summary>
    public static int Run(string[] filters)
    {
        var args = filters.Length == 0 ? ["*"] : filters.Select(filter => $"*{filter}*").ToArray();
        var summaries = BenchmarkSwitcher.FromTypes([typeof(Edge), typeof(Matcher), typeof(Append)]).Run(["--filter", .. args], Config());
        return summaries.Any() && summaries.All(summary => summary.Reports.All(report => report.Success)) ? 0 : 1;
    }

    /// <summary>In this process: the engine was chosen when it was built, and a project made on the fly would not know it.</summary>
    private static ManualConfig Config() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithIterationCount(15))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddColumn(StatisticColumn.Median)
        .AddLogger(ConsoleLogger.Default)
        .WithArtifactsPath(Path.Combine(AppContext.BaseDirectory, "results"))
        .WithOptions(ConfigOptions.JoinSummary);
}
