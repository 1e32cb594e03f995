using System.Net;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>Clients that ask for too much, in each way there is; others notice nothing.</summary>
public sealed class FloodTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Requests_OverTheRate_AreRefusedWithAPauseAndInTheEndClosed()
    {
        await using var host = await StartAsync(options => (options.RequestsPerSecond, options.RequestBurst) = (10, 20));
        var (flood, other) = (await host.SignInAsync("ann"), await host.SignInAsync("bob"));
        // One was hello.
        for (var i = 1; i < 20; i++)
        {
            await flood.OkAsync(Ping(i));
        }

        var refused = (await flood.AskAsync(Ping(20))).GetProperty("err");
        Assert.Equal(ErrorCodes.SlowDown, refused.GetProperty("code").GetString());
        Assert.Equal(100, refused.GetProperty("retryAfterMs").GetInt32());

        _time.Advance(TimeSpan.FromMilliseconds(100));
        await flood.OkAsync(Ping(21));

        await flood.SendTogetherAsync(Enumerable.Range(100, 30).Select(Ping));
        await flood.SaidByeAsync(CloseCodes.TooManyRequests);
        Assert.Equal(5_000, flood.Frames.Last(frame => frame.TryGetProperty("ev", out _)).GetProperty("data").GetProperty("afterMs").GetInt32());
        await other.OkAsync(Ping(1));
    }

    [Fact]
    public async Task Frames_BeforeHello_AreLimitedToo()
    {
        await using var host = await StartAsync(options => (options.RequestsPerSecond, options.RequestBurst) = (10, 20));
        var flood = await host.ConnectAsync();

        await flood.SendTogetherAsync(Enumerable.Range(1, 50).Select(Ping));

        await flood.SaidByeAsync(CloseCodes.TooManyRequests);
    }

    [Fact]
    public async Task Pieces_WithoutEnd_CloseTheStream()
    {
        await using var host = await StartAsync();
        using var bomb = await OpenAsync(host);
        await bomb.SendAsync("{"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        for (var i = 0; i < FrameReader.MaxPieces; i++)
        {
            await bomb.SendAsync(ReadOnlyMemory<byte>.Empty, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        }

        Assert.Equal(CloseCodes.ProtocolError, await CloseCodeAsync(bomb));
    }

    [Fact]
    public async Task Frame_InManyPieces_IsOneFrame()
    {
        await using var host = await StartAsync();
        using var client = await OpenAsync(host);
        foreach (var character in Encoding.UTF8.GetBytes(Ping(1)).SkipLast(1))
        {
            await client.SendAsync(new[] { character }, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        }

        await client.SendAsync("}"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

        var answer = new byte[1024];
        var length = (await client.ReceiveAsync(answer, CancellationToken.None)).Count;
        Assert.Contains(ErrorCodes.Unauthenticated, Encoding.UTF8.GetString(answer, 0, length), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Frame_ThatNeverEnds_ClosesTheStream()
    {
        await using var host = await StartAsync(options => (options.FrameTimeout, options.HelloTimeout) = (TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5)));
        var other = await host.SignInAsync("ann");
        using var slow = await OpenAsync(host);
        await slow.SendAsync("{"u8.ToArray(), WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        await Eventually.TrueAsync(() => Streams(host).Any(stream => { _time.Advance(TimeSpan.FromMilliseconds(1)); return stream.UnfinishedFor > TimeSpan.Zero; }), "the frame to begin");

        // Not until the socket is cut, two seconds after the close was begun.
        for (var second = 0; second < 4; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(CloseCodes.TooSlow, await CloseCodeAsync(slow));
        await other.OkAsync(Ping(1));
    }

    [Fact]
    public async Task Frames_UnfinishedOfMany_TakeNoMoreThanTheirBudget()
    {
        await using var host = await StartAsync(options => options.MaxReceiveBytes = 128 * 1024);
        var other = await host.SignInAsync("ann");
        var hostile = new List<ClientWebSocket>();
        for (var i = 0; i < 8; i++)
        {
            hostile.Add(await OpenAsync(host));
            await hostile[i].SendAsync(new byte[40 * 1024], WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
        }

        // 64 KiB each, of 128.
        await Eventually.TrueAsync(() => Streams(host).Count(stream => stream.IsClosing) == 6, "all but two to be closed");
        Assert.InRange(host.Services.GetRequiredService<ReceiveBudget>().Taken, 1, 128 * 1024);
        await other.OkAsync(Ping(1));

        hostile.ForEach(socket => socket.Dispose());
        await Eventually.TrueAsync(() => host.Services.GetRequiredService<ReceiveBudget>().Taken == 0, "the budget to be given back");
    }

    [Fact]
    public async Task Streams_ThatNeverSayHello_MakeRoomForThoseThatDo()
    {
        await using var host = await StartAsync(options => options.MaxUngreetedStreams = 3);
        var honest = await host.SignInAsync("ann");
        var idle = new List<StreamClient>();
        for (var i = 0; i < 4; i++)
        {
            idle.Add(await host.ConnectAsync());
            await Eventually.TrueAsync(() => host.Services.GetRequiredService<StreamRegistry>().Opened == idle.Count + 1, "the stream to begin");
        }

        await idle[0].SaidByeAsync(CloseCodes.TooManyRequests);
        Assert.Equal("ok", (await host.SignInAsync("bob")).Frames[0].EnumerateObject().Last().Name);
        await idle[1].SaidByeAsync(CloseCodes.TooManyRequests);
        await honest.OkAsync(Ping(1));
    }

    [Fact]
    public async Task Streams_OverTheTotal_AreRefusedBeforeTheyBegin()
    {
        await using var host = await StartAsync(options => options.MaxStreams = 1);
        var first = await host.SignInAsync("ann");

        using var second = new ClientWebSocket();
        second.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(AddressOf(host), CancellationToken.None));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, second.HttpStatusCode);
        Assert.Equal("5", Assert.Single(second.HttpResponseHeaders!["Retry-After"]));

        await first.CloseAsync();
        await Eventually.TrueAsync(() => host.StreamCount == 0, "the first stream to end");
        await host.SignInAsync("ann");
    }

    [Fact]
    public async Task Queues_OfAllTogether_AreBoundedByClosingTheMostStuck()
    {
        // No pushes are taken over 64 KiB each; all together may have 100.
        await using var host = await StartAsync(options => (options.MaxQueuedBytes, options.MaxQueuedBytesInTotal) = (64 * 1024, 100 * 1024));
        var honest = await host.SignInAsync("bob");
        var stuck = new List<ClientWebSocket>();
        for (var i = 0; i < 6; i++)
        {
            stuck.Add(await OpenAsync(host));
            await stuck[i].SendAsync(Encoding.UTF8.GetBytes($$"""{"id":0,"op":"hello","token":"{{host.Token("ann")}}"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        }

        await Eventually.TrueAsync(() => Streams(host).Count(stream => stream.HasHello) == 7, "all to be signed in");
        var data = $$"""{"body":"{{new string('x', 16_000)}}"}""";
        await Eventually.TrueAsync(
            async () =>
            {
                host.World["ann"].Append(json: data);
                await host.World.DeliveredAsync();
                return Streams(host).Sum(stream => (long)stream.QueuedBytes) > 200 * 1024;
            },
            "the queues to fill");

        _time.Advance(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(() => Streams(host).Where(stream => !stream.IsClosing).Sum(stream => (long)stream.QueuedBytes) <= 100 * 1024, "the queues to be cut");

        Assert.Contains(Streams(host), stream => stream.IsClosing);
        await honest.OkAsync(Ping(1));
        stuck.ForEach(socket => socket.Dispose());
    }

    private static string Ping(int id) => $$"""{"id":{{id}},"op":"ping"}""";

    private static Uri AddressOf(GatewayHost host) => new($"ws://{host.Http.BaseAddress!.Authority}/v1/stream");

    private static ICollection<StreamConnection> Streams(GatewayHost host) => host.Services.GetRequiredService<StreamRegistry>().Streams;

    private static async Task<ClientWebSocket> OpenAsync(GatewayHost host)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(AddressOf(host), CancellationToken.None);
        return socket;
    }

    private static async Task<int?> CloseCodeAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var buffer = new byte[4096];
        while ((await socket.ReceiveAsync(buffer, patience.Token)).MessageType != WebSocketMessageType.Close)
        {
        }

        return (int?)socket.CloseStatus;
    }

    private async Task<GatewayHost> StartAsync(Action<GatewayOptions>? configure = null)
    {
        var host = await GatewayHost.StartAsync(configure, _time);
        host.World.Add("ann");
        host.World.Add("bob");
        return host;
    }
}
