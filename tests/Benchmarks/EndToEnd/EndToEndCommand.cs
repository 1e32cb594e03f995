using System.Reflection;
using System.Runtime.InteropServices;
using OrleansIM.Benchmarks.EndToEnd.Workloads;
using OrleansIM.Silo;

namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary><c>bench e2e</c>: what goes over real sockets between real processes.</summary>
internal static class EndToEndCommand
{
    /// <summary>Every workload, in the order in which they run.</summary>
    public static IReadOnlyList<Workload> Workloads { get; } =
    [
        SignInWorkloads.FiveByToken, SignInWorkloads.FiveByPassword, MessageWorkloads.Messages, MessageWorkloads.Latency2000,
        CrowdWorkloads.IdleMemory, CrowdWorkloads.Resume1000, SignInWorkloads.OneByToken,
        MailWorkloads.Arrival, MailWorkloads.Summary, MailWorkloads.SignIn, MailWorkloads.Channels,
        ClusterWorkloads.Messages, ClusterWorkloads.Latency1000, ClusterWorkloads.SignIn5, ClusterWorkloads.Memory,
    ];

    /// <summary>Runs what the arguments ask for. Answers 1 when our side of a workload failed.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var options = BenchOptions.Parse(arguments);
        var unknown = options.Workloads.Except(Workloads.Select(workload => workload.Name)).ToArray();
        if (unknown.Length > 0)
        {
            throw new BenchException($"There is no workload {string.Join(", ", unknown)}. There is {string.Join(", ", Workloads.Select(workload => workload.Name))}.");
        }

        // Both ways of being stopped end what is running in order, so that no server is left behind.
        using var stop = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));

        var all = new List<Results>();
        await using var context = new BenchContext(options);
        try
        {
            foreach (var workload in Workloads.Where(workload => options.Workloads.Count == 0 ? !workload.OnlyIfNamed : options.Workloads.Contains(workload.Name)))
            {
                var results = await new Bench(context, stop.Token).RunAsync(workload);
                all.Add(results);
                Console.WriteLine(Report.Table(results, Engine));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 130;
        }

        if (options.JsonFile is { } file)
        {
            await Report.WriteJsonAsync(file, all, Engine);
        }

        return all.Any(results => results.Failures.ContainsKey(SideSpec.Ours)) ? 1 : 0;
    }

    private static string Engine { get; } =
        typeof(EndToEndCommand).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == "Engine").Value!;

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
