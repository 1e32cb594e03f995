using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>Clients that send what is no request: pings, pongs, headers.</summary>
public sealed class ControlRateTests
{
    private const int PerSecond = 512;
    private const int Burst = PerSecond * ControlRate.BurstSeconds;

    private readonly ManualTime _time = new();

    [Fact]
    public void Wait_BytesThatWereFrames_NeverWaits()
    {
        var rate = new ControlRate(PerSecond, _time, () => Assert.Fail("slowed down"));
        for (var i = 0; i < 1000; i++)
        {
            Assert.True(rate.WaitAsync().AsTask().IsCompletedSuccessfully);
            rate.OnRead(4_000);
            rate.OnPiece(0);
            rate.OnPiece(3_990);
        }
    }

    [Fact]
    public async Task Wait_MoreThanTheBurst_IsAsLongAsTheRateSays()
    {
        var slowed = 0;
        var rate = new ControlRate(PerSecond, _time, () => slowed++);
        rate.OnRead(Burst);
        Assert.True(rate.WaitAsync().AsTask().IsCompletedSuccessfully);

        rate.OnRead(2 * PerSecond);
        var wait = rate.WaitAsync().AsTask();
        Assert.True(rate.IsSlowing);
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(wait.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.2));
        await wait.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.False(rate.IsSlowing);
        Assert.Equal(1, slowed);
    }

    [Theory]
    [InlineData(0x9)]
    [InlineData(0xA)]
    public async Task PingsOrPongs_InFloods_AreReadNoFasterThanTheRateAndOthersGoOn(int opcode)
    {
        await using var host = await GatewayHost.StartAsync(
            options => (options.ControlBytesPerSecond, options.HelloTimeout, options.Heartbeat) = (PerSecond, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)), _time);
        host.World.Add("bob");
        var honest = await host.SignInAsync("bob");
        using var flood = new TcpClient();
        await flood.ConnectAsync(host.Http.BaseAddress!.Host, host.Http.BaseAddress.Port);
        var wire = flood.GetStream();
        await wire.WriteAsync("GET /v1/stream HTTP/1.1\r\nHost: im\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"u8.ToArray());
        byte[] frame = [(byte)(0x80 | opcode), 0x80, 0, 0, 0, 0];
        await wire.WriteAsync(Enumerable.Repeat(frame, 4 * Burst / frame.Length).SelectMany(bytes => bytes).ToArray());

        var stream = await FindSlowedAsync(host);
        await honest.OkAsync("""{"id":1,"op":"ping"}""");

        // All of it is read in the end: nobody is closed for it.
        await wire.WriteAsync(Frame("""{"id":7,"op":"ping"}"""));
        var answered = ReadUntilAsync(wire, "\"re\":7");
        await Eventually.TrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return answered.IsCompleted;
            },
            "the request behind the flood to be answered");
        await answered;
        Assert.False(stream.IsClosing);
    }

    private static async Task<StreamConnection> FindSlowedAsync(GatewayHost host)
    {
        StreamConnection? slowed = null;
        await Eventually.TrueAsync(
            () => (slowed = host.Services.GetRequiredService<StreamRegistry>().Streams.FirstOrDefault(stream => stream.IsSlowed)) is not null, "the flood to be slowed down");
        return slowed!;
    }

    /// <summary>A text frame of a client, masked with nothing.</summary>
    private static byte[] Frame(string text) => [0x81, (byte)(0x80 | text.Length), 0, 0, 0, 0, .. Encoding.UTF8.GetBytes(text)];

    private static async Task ReadUntilAsync(NetworkStream wire, string text)
    {
        var seen = new StringBuilder();
        var buffer = new byte[16 * 1024];
        while (!seen.ToString().Contains(text, StringComparison.Ordinal))
        {
            var count = await wire.ReadAsync(buffer);
            Assert.NotEqual(0, count);
            seen.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }
}
