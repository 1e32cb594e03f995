using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Gateway.Frames;
using OrleansIM.Protocol;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// A session of the stream, against real grains on a real store: every line is a frame. Each request is answered once, with a
/// code of the protocol that is not <c>internal</c>, and the session goes on, or is closed with a declared code.
/// </summary>
internal sealed class SessionTarget : ServerTarget
{
    private const int MostFrames = 40;
    private const int SessionsPerAccount = 200;
    private const string Barrier = "987654321";

    private static readonly HashSet<int> s_closeCodes = [1000, 1001, 1007, 1009, 4000, 4001, 4002, 4003, 4004, 4008];

    private readonly byte[] _buffer = new byte[512 * 1024];
    private int _sessions;

    public override string Name => "session";

    public override string About => "whole sessions of the stream, against a server with grains and a store";

    public override IReadOnlyList<string> Words => FrameWords.All;

    public override int MaxInput => 16 * 1024;

    public override int BoundedInputs => 400;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        if (++_sessions % SessionsPerAccount == 0)
        {
            await ChangeAccountAsync(_sessions / SessionsPerAccount);
        }

        using var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol(ProtocolLimits.Subprotocol);
        socket.Options.KeepAliveInterval = TimeSpan.Zero;
        await socket.ConnectAsync(new UriBuilder(Server.Address) { Scheme = "ws", Path = "/v1/stream" }.Uri, CancellationToken.None);
        var asked = new Dictionary<string, int>();
        var frames = FillIn(input.Span);
        var answers = ReadAllAsync(socket, asked, mayBeCut: !Utf8.IsValid(frames));
        await SendAllAsync(socket, frames, asked);
        var outcome = await answers;
        CheckErrors();
        return outcome;
    }

    private async Task SendAllAsync(ClientWebSocket socket, byte[] input, Dictionary<string, int> asked)
    {
        byte[][] frames =
        [
            Encoding.UTF8.GetBytes($$"""{"id":0,"op":"hello","token":"{{Token}}"}"""),
            .. Encoding.Latin1.GetString(input).Split('\n').Where(line => line.Length > 0).Take(MostFrames).Select(Encoding.Latin1.GetBytes),
            Encoding.UTF8.GetBytes($$"""{"id":{{Barrier}},"op":"ping"}"""),
        ];
        try
        {
            foreach (var frame in frames)
            {
                Note(frame, asked);
                await socket.SendAsync(frame, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or InvalidOperationException or OperationCanceledException)
        {
            // Closed meanwhile: the reader says how.
        }
    }

    /// <summary>Reads until everything is answered or the server has closed.</summary>
    /// <param name="socket">The stream.</param>
    /// <param name="asked">Requests without an answer, by id.</param>
    /// <param name="mayBeCut">What is no UTF-8 ends a WebSocket at once, and its last words may be lost with what was not read.</param>
    private async Task<string> ReadAllAsync(ClientWebSocket socket, Dictionary<string, int> asked, bool mayBeCut)
    {
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        while (true)
        {
            if (await ReadAsync(socket) is not { } frame)
            {
                return IsDeclared(socket) || mayBeCut ? $"closed {(int?)socket.CloseStatus} {string.Join(' ', outcomes)}"
                    : throw new BrokenPromiseException("a stream is closed with a declared code", $"{socket.CloseStatus} {socket.CloseStatusDescription}");
            }

            using var document = JsonDocument.Parse(frame);
            if (!document.RootElement.TryGetProperty("re", out var re))
            {
                continue;
            }

            outcomes.Add(Take(re.GetRawText(), document.RootElement, asked));
            if (IsDone(asked))
            {
                await CloseAsync(socket);
                return string.Join(' ', outcomes);
            }
        }
    }

    private static bool IsDeclared(ClientWebSocket socket) => socket.CloseStatus is { } code && s_closeCodes.Contains((int)code);

    /// <summary>Everything up to the last frame has its answer.</summary>
    private static bool IsDone(Dictionary<string, int> asked)
    {
        lock (asked)
        {
            return asked.ContainsKey(Barrier) && asked.Values.All(open => open == 0);
        }
    }

    private static string Take(string id, JsonElement answer, Dictionary<string, int> asked)
    {
        lock (asked)
        {
            if (!asked.TryGetValue(id, out var open) || open == 0)
            {
                throw new BrokenPromiseException("each request is answered once", $"{id} was answered again: {answer}");
            }

            asked[id] = open - 1;
        }

        if (!answer.TryGetProperty("err", out var error))
        {
            return answer.GetProperty("ok").ValueKind == JsonValueKind.Object ? "ok" : throw new BrokenPromiseException("ok is an object", answer.ToString());
        }

        var code = error.GetProperty("code").GetString()!;
        return ErrorCodes.All.ContainsKey(code) && code is not ErrorCodes.Internal ? code
            : throw new BrokenPromiseException($"no answer is {code}", answer.ToString());
    }

    /// <summary>A frame whose id the server can read is a request; what else it is, it is answered.</summary>
    private static void Note(byte[] frame, Dictionary<string, int> asked)
    {
        var fields = new JsonFields();
        _ = fields.TryParse(frame);
        if (fields.FirstNumber("id"u8) is { } id)
        {
            lock (asked)
            {
                var text = Encoding.UTF8.GetString(id);
                asked[text] = asked.GetValueOrDefault(text) + 1;
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>?> ReadAsync(ClientWebSocket socket)
    {
        var length = 0;
        while (true)
        {
            try
            {
                var read = await socket.ReceiveAsync(_buffer.AsMemory(length), CancellationToken.None);
                length += read.Count;
                if (read.MessageType == WebSocketMessageType.Close)
                {
                    return null;
                }

                if (read.EndOfMessage)
                {
                    return _buffer.AsMemory(0, length);
                }
            }
            catch (WebSocketException)
            {
                return null;
            }
        }
    }

    private static async Task CloseAsync(ClientWebSocket socket)
    {
        try
        {
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        }
        catch (WebSocketException)
        {
            // It was faster.
        }
    }
}
