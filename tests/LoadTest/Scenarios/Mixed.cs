using OrleansIM.LoadTest.Actions;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>Each arrival is one of several things, by weight. <c>mixed</c> and <c>soak</c> are this one with other settings.</summary>
internal sealed class Mixed : Scenario
{
    public override async Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop)
    {
        switch (Choose(run.Settings.Mix, arrival.Random))
        {
            case "read":
                await Messages.ReadAsync(run, arrival);
                break;
            case "presence":
                await Presences.ChangeAsync(run, arrival);
                break;
            case "reconnect":
                SignIns.Break(run, arrival);
                break;
            case "signIn":
                await SignIns.LeaveAndReturnAsync(run, arrival, stop);
                break;
            case "link":
                await Links.ChangeAsync(run, arrival, stop);
                break;
            default:
                await Messages.SendAsync(run, arrival);
                break;
        }
    }

    /// <summary>One of several, by weight; null of none.</summary>
    internal static string? Choose(IReadOnlyDictionary<string, double> weights, Random random)
    {
        var left = random.NextDouble() * weights.Values.Sum();
        foreach (var (name, weight) in weights.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            left -= weight;
            if (left < 0)
            {
                return name;
            }
        }

        return null;
    }
}
