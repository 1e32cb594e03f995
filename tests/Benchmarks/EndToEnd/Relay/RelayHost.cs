using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>
/// What Kestrel's WebSockets can do at best, as a process of its own: no accounts, no storage, no JSON. A client's first
/// frame is <c>hello NAME FRAMES BYTES</c>, answered with that many frames of that size; every later one is
/// <c>NAME</c>, a line feed and a payload, and the payload goes to the client of that name.
/// </summary>
internal static class RelayHost
{
    private const int BufferSize = 4096;

    private static readonly ConcurrentDictionary<string, Client> s_clients = [];
    private static readonly ConcurrentDictionary<string, Client>.AlternateLookup<ReadOnlySpan<char>> s_byName = s_clients.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="url">Where, like <c>http://127.0.0.1:5000</c>.</param>
    public static async Task<int> RunAsync(string url)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/", () => "relay");
        app.MapGet("/relay", ServeAsync);
        await app.RunAsync();
        return 0;
    }

    private static async Task ServeAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var client = new Client(socket);
        try
        {
            while (true)
            {
                // An idle client holds no buffer.
                var first = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
                if (first.MessageType == WebSocketMessageType.Close)
                {
                    return;
                }

                await TakeFrameAsync(client);
            }
        }
        catch (WebSocketException)
        {
            // Gone without a farewell, as load clients go.
        }
        finally
        {
            if (client.Name is { } name)
            {
                s_clients.TryRemove(KeyValuePair.Create(name, client));
            }
        }
    }

    private static async ValueTask TakeFrameAsync(Client client)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            var length = 0;
            ValueWebSocketReceiveResult piece;
            do
            {
                piece = await client.Socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += piece.Count;
            }
            while (!piece.EndOfMessage);

            if (client.Name is null)
            {
                await GreetAsync(client, Encoding.ASCII.GetString(buffer, 0, length).Split(' '));
            }
            else if (Find(buffer.AsSpan(0, length), out var payload) is { } other)
            {
                await other.SendAsync(buffer.AsMemory(payload, length - payload));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task GreetAsync(Client client, string[] hello)
    {
        client.Name = hello[1];
        s_clients[client.Name] = client;
        var answer = new byte[int.Parse(hello[3], CultureInfo.InvariantCulture)];
        answer.AsSpan().Fill((byte)'x');
        for (var frame = int.Parse(hello[2], CultureInfo.InvariantCulture); frame > 0; frame--)
        {
            await client.SendAsync(answer);
        }
    }

    private static Client? Find(ReadOnlySpan<byte> frame, out int payload)
    {
        payload = frame.IndexOf((byte)'\n') + 1;
        Span<char> name = stackalloc char[64];
        var length = Encoding.ASCII.GetChars(frame[..(payload - 1)], name);
        return s_byName.TryGetValue(name[..length], out var client) ? client : null;
    }

    private sealed class Client(WebSocket socket) : IDisposable
    {
        private readonly SemaphoreSlim _sending = new(1);

        public WebSocket Socket => socket;

        public string? Name { get; set; }

        public void Dispose() => _sending.Dispose();

        public async ValueTask SendAsync(ReadOnlyMemory<byte> frame)
        {
            await _sending.WaitAsync();
            try
            {
                await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
            catch (WebSocketException)
            {
                // The recipient is gone; nobody is told.
            }

            _sending.Release();
        }
    }
}
