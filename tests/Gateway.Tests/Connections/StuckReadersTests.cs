using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Gateway.Connections;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;
using Xunit.Abstractions;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>
/// A thousand clients that read nothing: each costs what is configured and no more, whoever reads gets everything, and in
/// the end each of them is told 4003. The buffers of the operating system are made small, so that it is soon over.
/// </summary>
public sealed class StuckReadersTests(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Stuck = 1_000, Accounts = 10;
    private const int Limit = 16 * 1024, SystemBuffer = 8 * 1024;
    private const int Entries = 60, EntryBytes = 4_000;
    private const long MostBytesEach = 192 * 1024;

    private readonly string _data = $$"""{"body":"{{new string('x', EntryBytes)}}"}""";
    private readonly ManualTime _time = new();
    private readonly List<ClientWebSocket> _stuck = [];
    private GatewayHost _host = null!;
    private HttpMessageInvoker _invoker = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(options => options.MaxQueuedBytes = Limit, _time, services => services.Configure<SocketTransportOptions>(sockets =>
            sockets.CreateBoundListenSocket = endpoint =>
            {
                // Accepted sockets inherit it.
                var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendBufferSize = SystemBuffer };
                socket.Bind(endpoint);
                return socket;
            }));
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
    }

    public async Task DisposeAsync()
    {
        _stuck.ForEach(socket => socket.Dispose());
        _invoker.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Thousand_NeverReading_AreBoundedAndEndWith4003WhileOthersGetEverything()
    {
        string[] accounts = [.. Enumerable.Range(0, Accounts).Select(number => $"a{number}")];
        var honest = new List<StreamClient>();
        foreach (var account in accounts)
        {
            _host.World.Add(account);
            honest.Add(await _host.SignInAsync(account));
        }

        foreach (var some in Enumerable.Range(0, Stuck).Chunk(50))
        {
            await Task.WhenAll(some.Select(number => SignInAndSleepAsync(accounts[number % Accounts])));
        }

        var (before, ephemeral) = (Memory(), 0);
        var highest = 0;
        for (var entry = 1; entry <= Entries; entry++)
        {
            foreach (var account in accounts)
            {
                _host.World[account].Signal("typing", """{"on":true}""");
                _host.World[account].Append(json: _data);
            }

            await _host.World.DeliveredAsync();
            highest = Math.Max(highest, _host.LongestQueue);
            for (var i = 0; i < Accounts; i++)
            {
                await honest[i].UntilAsync(_ => honest[i].Seqs(accounts[i]).LastOrDefault() == entry, $"entry {entry} of {accounts[i]}");
            }
        }

        for (var i = 0; i < Accounts; i++)
        {
            Assert.Equal(Enumerable.Range(1, Entries).Select(seq => (long)seq), honest[i].Seqs(accounts[i]));
            ephemeral += honest[i].Count("typing");
        }

        var (after, waiting) = (Memory(), Streams().Count(stream => stream.QueuedBytes >= Limit / 2));
        output.WriteLine($"{waiting} streams wait; the longest queue had {highest} bytes; {(after - before) / Stuck} bytes per stuck client; {ephemeral} typing events for those who read");
        Assert.True(waiting >= Stuck, $"only {waiting} clients are stuck");
        Assert.InRange(highest, Limit / 2, Limit + EntryBytes + 1_024);
        Assert.True(after - before < Stuck * MostBytesEach, $"{Stuck} stuck clients cost {(after - before) / 1024} KiB");
        Assert.Equal(Entries * Accounts, ephemeral);

        await EndAsync(honest);
    }

    /// <summary>Time passes; those who read answer, the others are closed. What they find when they look at last.</summary>
    private async Task EndAsync(List<StreamClient> honest)
    {
        for (var second = 0; second < 21; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAll(honest.Select((client, number) => client.AskAsync($$"""{"id":{{(1_000 * (second + 1)) + number}},"op":"ping"}""")));
        }

        // Before a client reads on, which would save it, and before the two seconds are over that it has for the close.
        await Eventually(() => Streams().Count(stream => stream.IsClosing) == Stuck, "the stuck streams to be closed");
        foreach (var some in _stuck.Chunk(50))
        {
            Assert.All(await Task.WhenAll(some.Select(ReadToTheEndAsync)), end => Assert.Equal((CloseCodes.TooSlow, CloseCodes.TooSlow), end));
        }

        _time.Advance(TimeSpan.FromSeconds(3));
        await Eventually(() => _host.StreamCount == honest.Count, "the stuck streams to be gone");
        foreach (var (number, client) in honest.Index())
        {
            Assert.True((await client.AskAsync($$"""{"id":{{90_000 + number}},"op":"ping"}""")).TryGetProperty("ok", out _));
        }
    }

    private IEnumerable<StreamConnection> Streams() => _host.Services.GetRequiredService<StreamRegistry>().Streams;

    private async Task SignInAndSleepAsync(string account)
    {
        var socket = new ClientWebSocket();
        await socket.ConnectAsync(new Uri($"ws://{_host.Http.BaseAddress!.Authority}/v1/stream"), _invoker, CancellationToken.None);
        await socket.SendAsync(Encoding.UTF8.GetBytes($$"""{"id":0,"op":"hello","token":"{{_host.Token(account)}}"}"""), WebSocketMessageType.Text, true, CancellationToken.None);
        while ((await ReadAsync(socket))?.TryGetProperty("ev", out var name) != true || name.GetString() != "ready")
        {
        }

        lock (_stuck)
        {
            _stuck.Add(socket);
        }
    }

    /// <summary>The codes of <c>bye</c> and of the close.</summary>
    private static async Task<(int? Bye, int? Close)> ReadToTheEndAsync(ClientWebSocket socket)
    {
        int? bye = null;
        while (await ReadAsync(socket) is { } frame)
        {
            if (frame.TryGetProperty("ev", out var name) && name.GetString() == "bye")
            {
                bye = frame.GetProperty("data").GetProperty("code").GetInt32();
            }
        }

        var close = (int?)socket.CloseStatus;
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        return (bye, close);
    }

    /// <summary>Null when the other side has closed.</summary>
    private static async Task<JsonElement?> ReadAsync(ClientWebSocket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var message = new MemoryStream();
        var buffer = new byte[8 * 1024];
        while (true)
        {
            var piece = await socket.ReceiveAsync(buffer, patience.Token);
            if (piece.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            message.Write(buffer, 0, piece.Count);
            if (piece.EndOfMessage)
            {
                return JsonElement.Parse(message.ToArray());
            }
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = SystemBuffer, NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static async Task Eventually(Func<bool> condition, string what)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 3_000, $"Waited in vain for {what}.");
            await Task.Delay(10);
        }
    }
}
