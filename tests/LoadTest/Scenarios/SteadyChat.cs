using OrleansIM.LoadTest.Actions;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>Everybody is online and writes to friends.</summary>
internal sealed class SteadyChat : Scenario
{
    public override Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop) => Messages.SendAsync(run, arrival);
}
