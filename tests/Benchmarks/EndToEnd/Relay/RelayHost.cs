using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net.WebSockets;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>
/// What Kestrel's WebSockets can do at best, as a process of its own: no accounts, no storage, no JSON. A client's first
/// frame is <c>hello NAME FRAMES BYTES</c>, answered with that many frames of that size; every later one is
/// <c>NAME</c>, a line feed and a payload, and the payload goes to the client of that name. With a database each message
/// is stored before, a row for either side, and the sender is told (<see cref="RelayLog"/>).
/// </summary>
internal static class RelayHost
{
    private const int BufferSize = 4096;

    private static readonly ConcurrentDictionary<string, RelayClient> s_clients = [];
    private static readonly ConcurrentDictionary<string, RelayClient>.AlternateLookup<ReadOnlySpan<char>> s_byName = s_clients.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Serves until it is told to stop.</summary>
    /// <param name="url">Where, like <c>http://127.0.0.1:5000</c>.</param>
    /// <param name="database">The connection string of an empty database; null if nothing is to be stored.</param>
    public static async Task<int> RunAsync(string url, string? database)
    {
        await using var log = database is null ? null : await RelayLog.StartAsync(database);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        await using var app = builder.Build();
        app.UseWebSockets();
        app.MapGet("/", () => "relay");
        app.MapGet("/relay", context => ServeAsync(context, log));
        await (log is null ? app.RunAsync() : await Task.WhenAny(app.RunAsync(), log.Ended));
        return 0;
    }

    private static async Task ServeAsync(HttpContext context, RelayLog? log)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        using var client = new RelayClient(socket);
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

                await TakeFrameAsync(client, log);
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

    private static async ValueTask TakeFrameAsync(RelayClient client, RelayLog? log)
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
                var message = buffer.AsMemory(payload, length - payload);
                if (log is null)
                {
                    await other.SendAsync(message);
                }
                else
                {
                    log.Append(client, other, message.ToArray());
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task GreetAsync(RelayClient client, string[] hello)
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

    private static RelayClient? Find(ReadOnlySpan<byte> frame, out int payload)
    {
        payload = frame.IndexOf((byte)'\n') + 1;
        Span<char> name = stackalloc char[64];
        var length = Encoding.ASCII.GetChars(frame[..(payload - 1)], name);
        return s_byName.TryGetValue(name[..length], out var client) ? client : null;
    }
}
