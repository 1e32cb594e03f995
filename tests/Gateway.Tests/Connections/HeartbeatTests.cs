using System.Net.WebSockets;
using OrleansIM.Gateway.Tests.World;

namespace OrleansIM.Gateway.Tests.Connections;

public sealed class HeartbeatTests
{
    [Fact]
    public async Task Client_ThatAnswersNoPing_IsCutAndOthersStay()
    {
        await using var host = await GatewayHost.StartAsync(o => o.Heartbeat = TimeSpan.FromMilliseconds(300));
        host.World.Add("ann");
        var alive = await host.SignInAsync("ann");

        // A ClientWebSocket answers pings while it is read from; this one never is.
        using var dead = new ClientWebSocket();
        await dead.ConnectAsync(new Uri($"ws://{host.Http.BaseAddress!.Authority}/v1/stream"), CancellationToken.None);
        await alive.UntilAsync(_ => host.StreamCount == 1 || Nudge(alive), "the dead client's stream to end");

        Assert.Equal(300, (await alive.AnswerAsync("0")).GetProperty("ok").GetProperty("heartbeatMs").GetInt32());
        await alive.OkAsync("""{"id":1,"op":"ping"}""");
    }

    private static bool Nudge(StreamClient client)
    {
        _ = client.SendAsync("""{"id":7,"op":"ping"}""");
        return false;
    }
}
