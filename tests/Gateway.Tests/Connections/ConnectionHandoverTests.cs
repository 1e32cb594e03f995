using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Connections;

public sealed class ConnectionHandoverTests
{
    private const string Head = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ManualTime _time = new();

    [Fact]
    public async Task Stream_GoesOnBehindItsRequest_OfWhichNothingIsKept()
    {
        WeakReference? request = null;
        await using var app = await StartAsync(
            EchoAsync,
            handler: http => request = new WeakReference(http.Features.Get<IHttpRequestFeature>()));
        using var client = await ConnectAsync(app);

        // What comes with the request is the stream's already.
        await client.SendAsync(Encoding.ASCII.GetBytes(Head + "one"));
        Assert.StartsWith("HTTP/1.1 101 ", await ReadUntilAsync(client, "\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal("one", await ReadUntilAsync(client, "one"));

        await Eventually.TrueAsync(
            () =>
            {
                GC.Collect();
                return !request!.IsAlive;
            },
            "the request to be let go");
        await client.SendAsync("two"u8.ToArray());
        Assert.Equal("two", await ReadUntilAsync(client, "two"));
    }

    [Fact]
    public async Task Stream_ThatEnds_HasItsLastWordsSent()
    {
        await using var app = await StartAsync(async (_, wire) => await wire.WriteAsync(Encoding.ASCII.GetBytes(new string('x', 60_000) + "end")));
        using var client = await ConnectAsync(app);

        await client.SendAsync(Encoding.ASCII.GetBytes(Head));
        Assert.EndsWith("end", await ReadUntilAsync(client, "end"), StringComparison.Ordinal);
        Assert.Equal(0, await client.ReceiveAsync(new byte[1]).WaitAsync(s_patience));
    }

    [Fact]
    public async Task Client_WhoDoesNotTakeTheLastWords_IsCut()
    {
        var ended = new TaskCompletionSource<long>();
        await using var app = await StartAsync(async (handover, wire) =>
        {
            var written = 0L;
            while (true)
            {
                var write = wire.WriteAsync(new byte[16 * 1024]).AsTask();
                written += 16 * 1024;
                if (await Task.WhenAny(write, Task.Delay(500)) != write)
                {
                    break;
                }
            }

            _ = handover.CutAfterAsync(TimeSpan.FromSeconds(5), _time);
            ended.SetResult(written);
        });
        using var client = await ConnectAsync(app);
        await client.SendAsync(Encoding.ASCII.GetBytes(Head));

        var written = await ended.Task.WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(5));

        // Nothing of what waited in the server can be read any more; the system's part of it can, or is lost with the cut.
        await Task.Delay(200);
        var read = 0L;
        try
        {
            for (var bytes = 1; bytes > 0; read += bytes)
            {
                bytes = await client.ReceiveAsync(new byte[64 * 1024]).WaitAsync(s_patience);
            }
        }
        catch (SocketException)
        {
        }

        Assert.True(read < written, $"All {written} bytes came.");
    }

    [Fact]
    public async Task Connection_WithSomethingBetween_StaysWithItsRequest()
    {
        var way = new TaskCompletionSource<ConnectionHandover?>();
        await using var app = await StartAsync(
            EchoAsync,
            handler: http => way.SetResult(ConnectionHandover.Of(http)),
            between: connection => connection.Transport = new Between(connection.Transport));
        using var client = await ConnectAsync(app);

        await client.SendAsync(Encoding.ASCII.GetBytes(Head));
        Assert.Null(await way.Task.WaitAsync(s_patience));
    }

    private static async Task EchoAsync(ConnectionHandover handover, Stream wire)
    {
        var buffer = new byte[100];
        for (var read = await wire.ReadAsync(buffer); read > 0; read = await wire.ReadAsync(buffer))
        {
            await wire.WriteAsync(buffer.AsMemory(0, read));
        }
    }

    private static async Task<WebApplication> StartAsync(
        Func<ConnectionHandover, Stream, Task> serve, Action<HttpContext>? handler = null, Action<ConnectionContext>? between = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(kestrel => kestrel.ConfigureEndpointDefaults(listen =>
        {
            listen.Use(ConnectionHandover.Install);
            listen.Use(next => connection =>
            {
                between?.Invoke(connection);
                return next(connection);
            });
        }));
        var app = builder.Build();
        app.Run(async http =>
        {
            handler?.Invoke(http);
            if (ConnectionHandover.Of(http) is { } handover)
            {
                await http.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
                handover.Take(() => serve(handover, handover.Open()));
            }
        });
        await app.StartAsync();
        return app;
    }

    private static async Task<Socket> ConnectAsync(WebApplication app)
    {
        var address = new Uri(app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.First());
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, address.Port);
        return socket;
    }

    private static async Task<string> ReadUntilAsync(Socket socket, string end)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (text.Length < end.Length || text.ToString(text.Length - end.Length, end.Length) != end)
        {
            Assert.Equal(1, await socket.ReceiveAsync(one).WaitAsync(s_patience));
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    /// <summary>What a middleware puts between the connection and HTTP.</summary>
    private sealed class Between(IDuplexPipe inner) : IDuplexPipe
    {
        public PipeReader Input => inner.Input;

        public PipeWriter Output => inner.Output;
    }
}
