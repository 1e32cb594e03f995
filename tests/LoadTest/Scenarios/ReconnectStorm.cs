using OrleansIM.LoadTest.Actions;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>While people write, a share of all connections breaks in the same moment, every few seconds.</summary>
internal sealed class ReconnectStorm : Scenario
{
    public override Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop) => Messages.SendAsync(run, arrival);

    public override async Task AccompanyAsync(LoadRun run, CancellationToken stop)
    {
        var random = new Random(Seeds.Of(run.Seed, -1));
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(run.Settings.StormEvery));
        while (await timer.WaitForNextTickAsync(stop))
        {
            foreach (var device in run.People.All.SelectMany(person => new[] { person.Main, person.Side }))
            {
                if (device is not null && random.NextDouble() < run.Settings.StormShare)
                {
                    device.Cut();
                }
            }
        }
    }
}
