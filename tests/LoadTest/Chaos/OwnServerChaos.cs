using OrleansIM.LoadTest.Servers;

namespace OrleansIM.LoadTest.Chaos;

/// <summary>What can happen to a server that is one process.</summary>
internal static class OwnServerChaos
{
    private const double Recovery = 6;

    public static IReadOnlyList<ChaosTarget> Targets(OwnServer server) =>
    [
        new("the server", [ChaosKind.Kill, ChaosKind.Freeze, ChaosKind.Restart], Recovery, LongestFreeze: 4, async (kind, duration) =>
        {
            switch (kind)
            {
                case ChaosKind.Freeze:
                    await server.FreezeAsync();
                    await Task.Delay(duration);
                    await server.ThawAsync();
                    return;
                case ChaosKind.Kill:
                    await server.KillAsync();
                    break;
                default:
                    await server.StopAsync();
                    break;
            }

            await Task.Delay(duration);
            await server.StartAsync(CancellationToken.None);
        }),
    ];
}
