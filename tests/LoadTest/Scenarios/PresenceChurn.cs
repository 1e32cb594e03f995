using OrleansIM.LoadTest.Actions;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>Everybody is online and changes what friends see, again and again; at the end friends see what holds.</summary>
internal sealed class PresenceChurn : Scenario
{
    public override Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop) => Presences.ChangeAsync(run, arrival);
}
