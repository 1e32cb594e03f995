using OrleansIM.Benchmarks.EndToEnd.Profiling;

namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>
/// Runs workloads. The sides of a workload are all set up first and then take turns, so that a machine whose speed
/// drifts drifts for all of them.
/// </summary>
internal sealed class Bench(BenchContext context, CancellationToken cancellation)
{
    private readonly BenchOptions _options = context.Options;

    /// <summary>Measures one workload. A side that fails is out, by name; the others go on.</summary>
    public async Task<Results> RunAsync(Workload workload)
    {
        var results = new Results(workload, _options.Store);
        var sides = new Dictionary<string, ISide>();
        try
        {
            foreach (var spec in workload.Sides.Where(IsWanted))
            {
                Progress.Say($"{workload.Name}: setting up {spec.Name}");
                await TryAsync(results, spec.Name, async () => sides[spec.Name] = await spec.StartAsync(context, cancellation));
            }

            // What is cached on first use, and what the JIT compiles anew because it is used much, is so before the first
            // round that counts.
            for (var round = _options.Quick ? 1 : 0; round <= _options.Rounds; round++)
            {
                foreach (var (name, side) in sides.Where(side => !results.Failures.ContainsKey(side.Key)))
                {
                    await TryAsync(results, name, () => MeasureAsync(results, name, side, round));
                }
            }
        }
        finally
        {
            foreach (var side in sides.Values)
            {
                await side.DisposeAsync();
            }

            context.ForgetDatabases();
        }

        return results;
    }

    private bool IsWanted(SideSpec side) => _options.Only.Count == 0 || _options.Only.Contains(side.Name);

    private async Task MeasureAsync(Results results, string name, ISide side, int round)
    {
        if (!_options.Quick)
        {
            await context.SettleAsync(cancellation);
        }

        Progress.Say($"{results.Workload.Name}: {(round == 0 ? "warming up" : $"round {round} of {_options.Rounds}:")} {name}");
        var isProfiled = name == SideSpec.Ours && _options.ProfileFolder is not null && round == _options.Rounds;
        await using var profile = isProfiled ? await CpuProfile.StartAsync(side.ServerId, _options.ProfileFolder!, results.Workload.Name) : null;
        var values = await side.MeasureAsync(TimingOf(round), cancellation);
        if (round > 0)
        {
            results.Add(name, values);
        }
    }

    private Timing TimingOf(int round) => (_options.Quick, round) switch
    {
        // A profile is about code that runs long: it waits until the JIT has done its work.
        (_, 0) when _options.ProfileFolder is not null => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(25), Quick: false),
        (true, _) => new(TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(3), Quick: true),
        (false, 0) => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20), Quick: false),
        _ => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(8), Quick: false),
    };

    private async Task TryAsync(Results results, string side, Func<Task> step)
    {
        try
        {
            await step();
        }
#pragma warning disable CA1031 // Whatever a side fails with is reported, and the others are measured.
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
#pragma warning restore CA1031
        {
            results.Failures[side] = failure is BenchException ? failure.Message : failure.ToString();
            Progress.Say($"{results.Workload.Name}: {side} FAILED: {results.Failures[side]}");
        }
    }
}

/// <summary>What goes on, on the error stream: the standard one is for the table.</summary>
internal static class Progress
{
    public static void Say(string what) => Console.Error.WriteLine($"  {TimeProvider.System.GetLocalNow():HH:mm:ss} {what}");
}
