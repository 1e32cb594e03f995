using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;

namespace OrleansIM.EndToEnd.Tests.Security;

/// <summary>
/// Clients that mean no good: half never say hello, the others stop within a request or a frame, flood before and after they
/// have signed in, open one connection after the other, or have much to read and read nothing. Who is cut comes again.
/// </summary>
internal sealed class HostileCrowd(Uri server, IReadOnlyList<string> tokens) : IAsyncDisposable
{
    private static readonly byte[] s_ping = "{\"id\":1,\"op\":\"ping\"}"u8.ToArray();

    private readonly CancellationTokenSource _end = new();
    private Task[] _clients = [];
    private int _connected, _refused;

    /// <summary>Connections that were made, and those that were not.</summary>
    public (int Made, int Refused) Connections => (_connected, _refused);

    /// <summary>Begins, and returns when all have tried once.</summary>
    public async Task BeginAsync(int size)
    {
        var tried = 0;
        _clients = [.. Enumerable.Range(0, size).Select(number => Task.Run(async () =>
        {
            while (!_end.IsCancellationRequested)
            {
                try
                {
                    await MisbehaveAsync(number);
                }
                catch (Exception cut) when (cut is WebSocketException or IOException or SocketException or OperationCanceledException or HttpRequestException or ObjectDisposedException)
                {
                    Interlocked.Increment(ref _refused);
                }

                Interlocked.Increment(ref tried);
                try
                {
                    await Task.Delay(2_000, _end.Token);
                }
                catch (OperationCanceledException)
                {
                }
            }
        }))];
        await Eventually.TrueAsync(() => Volatile.Read(ref _connected) + Volatile.Read(ref _refused) >= size, $"{size} hostile connections", TimeSpan.FromMinutes(5));
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await Task.WhenAll(_clients);
        _end.Dispose();
    }

    private Task MisbehaveAsync(int number) => number % 2 == 0 ? NeverGreetAsync() : (number / 2 % 5) switch
    {
        0 => StopInAFrameAsync(),
        1 => StopInARequestAsync(),
        // Few, and each as fast as it can: more of them would take the processors from the honest in this process first.
        2 when number == 5 => FloodAsync(number, signIn: true),
        2 when number == 15 => FloodAsync(number, signIn: false),
        3 when number == 7 => OpenAndCloseAsync(),
        _ => NeverReadAsync(number),
    };

    private async Task NeverGreetAsync()
    {
        using var socket = await OpenAsync();
        await socket.ReceiveAsync(new byte[16], _end.Token);
    }

    private async Task StopInAFrameAsync()
    {
        using var socket = await OpenAsync();
        await socket.SendAsync(new byte[40_000], WebSocketMessageType.Text, endOfMessage: false, _end.Token);
        await socket.ReceiveAsync(new byte[16], _end.Token);
    }

    private async Task StopInARequestAsync()
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, server.Port, _end.Token);
        Interlocked.Increment(ref _connected);
        await tcp.GetStream().WriteAsync("POST /v1/login HTTP/1.1\r\nHost: a\r\nX-Slow: "u8.ToArray(), _end.Token);
        await tcp.GetStream().ReadExactlyAsync(new byte[4096], _end.Token);
    }

    private async Task OpenAndCloseAsync()
    {
        for (var i = 0; i < 20; i++)
        {
            using var socket = await OpenAsync();
        }
    }

    private async Task FloodAsync(int number, bool signIn)
    {
        using var socket = await OpenAsync();
        if (signIn)
        {
            await HelloAsync(socket, number);
        }

        var reading = DrainAsync(socket);
        // Five times what is allowed, in pieces: the honest are in this process too.
        for (var sent = 1; !reading.IsCompleted; sent++)
        {
            await socket.SendAsync(s_ping, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
            if (sent % 50 == 0)
            {
                await Task.Delay(5, _end.Token);
            }
        }
    }

    /// <summary>Has itself sent its whole history again and again, and reads nothing of it.</summary>
    private async Task NeverReadAsync(int number)
    {
        using var socket = await OpenAsync();
        await HelloAsync(socket, number);
        for (var id = 2; ; id++)
        {
            var request = Encoding.UTF8.GetBytes($$"""{"id":{{id}},"op":"history","as":"{{Account(number)}}","before":1000000,"limit":100}""");
            await socket.SendAsync(request, WebSocketMessageType.Text, endOfMessage: true, _end.Token);
            await Task.Delay(500, _end.Token);
        }
    }

    private string Account(int number) => $"hostile-{number % tokens.Count}";

    private Task HelloAsync(ClientWebSocket socket, int number) => socket.SendAsync(
        Encoding.UTF8.GetBytes($$"""{"id":1,"op":"hello","token":"{{tokens[number % tokens.Count]}}"}"""), WebSocketMessageType.Text, endOfMessage: true, _end.Token);

    private async Task DrainAsync(ClientWebSocket socket)
    {
        var buffer = new byte[4096];
        while ((await socket.ReceiveAsync(buffer, _end.Token)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    private async Task<ClientWebSocket> OpenAsync()
    {
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/v1/stream" }.Uri, _end.Token);
            Interlocked.Increment(ref _connected);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
