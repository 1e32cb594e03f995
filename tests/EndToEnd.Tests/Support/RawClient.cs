using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>
/// A client out of nothing but a WebSocket and the protocol page. It remembers every frame it got; each wait has an end
/// and says what it waited for.
/// </summary>
public sealed partial class RawClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<JsonElement>> _answers = new();
    private long _lastId;

    private RawClient()
    {
    }

    /// <summary>The account that signed in.</summary>
    public string Account { get; private set; } = "";

    public string Token { get; private set; } = "";

    public string Session { get; private set; } = "";

    /// <summary>What <c>hello</c> was answered with.</summary>
    public JsonElement Welcome { get; private set; }

    public string? Subprotocol => _socket.SubProtocol;

    public static async Task<RawClient> OpenAsync(Uri server, string? subprotocol = "orleansim.v1", Func<X509Certificate2, bool>? trust = null)
    {
        var client = new RawClient();
        if (trust is not null)
        {
            client._socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => trust((X509Certificate2)certificate!);
        }

        if (subprotocol is not null)
        {
            client._socket.Options.AddSubProtocol(subprotocol);
        }

        var address = new UriBuilder(server) { Scheme = server.Scheme == "https" ? "wss" : "ws", Path = "/v1/stream" }.Uri;
        using var patience = new CancellationTokenSource(Patience);
        await client._socket.ConnectAsync(address, patience.Token);
        _ = client.ReadAsync();
        return client;
    }

    /// <summary>Says hello and waits until every page is there.</summary>
    public async Task HelloAsync(string account, string token, object? resume = null)
    {
        (Account, Token) = (account, token);
        Welcome = await OkAsync("hello", new { token, resume });
        Session = Welcome.Text("session");
        await EventAsync(e => e.Is("ready"), "ready");
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<JsonElement> AskAsync(string op, object? fields = null) => await (await BeginAsync(op, fields));

    /// <summary>Sends a request; the task that comes back ends with the answer.</summary>
    public async Task<Task<JsonElement>> BeginAsync(string op, object? fields = null)
    {
        var id = Interlocked.Increment(ref _lastId);
        var frame = fields is null ? [] : (JsonObject)JsonSerializer.SerializeToNode(fields, Json.Options)!;
        frame["id"] = id;
        frame["op"] = op;
        var answer = _answers.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await SendAsync(frame.ToJsonString(Json.Options));
        return AnswerAsync(answer.Task, op);
    }

    /// <summary>The <c>ok</c> of a request, which has to be done.</summary>
    public async Task<JsonElement> OkAsync(string op, object? fields = null)
    {
        var answer = await AskAsync(op, fields);
        Assert.True(answer.TryGetProperty("ok", out var ok), $"Expected that {op} is done, got {answer}");
        return ok;
    }

    /// <summary>The code a request is refused with.</summary>
    public async Task<string> RefusalAsync(string op, object? fields = null)
    {
        var answer = await AskAsync(op, fields);
        Assert.True(answer.TryGetProperty("err", out var err), $"Expected that {op} is refused, got {answer}");
        return err.Text("code");
    }

    public Task<JsonElement> MessageAsync(string to, string body, string? cid = null, string? @as = null) =>
        OkAsync("send", new { @as = @as ?? Account, to, body, cid = cid ?? NewCid() });

    public static string NewCid() => Guid.NewGuid().ToString("N");

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(byte[] bytes, WebSocketMessageType type = WebSocketMessageType.Text, bool isEnd = true)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _sending.WaitAsync(patience.Token);
        try
        {
            await _socket.SendAsync(bytes, type, isEnd, patience.Token);
        }
        catch (OperationCanceledException) when (!patience.IsCancellationRequested)
        {
            // The reading side saw the connection break while this was being sent.
            throw new StreamEndedException(CloseCode, "a frame to be sent", Describe());
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Cuts the connection without a word.</summary>
    public void Cut() => _socket.Abort();

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task<JsonElement> AnswerAsync(Task<JsonElement> answer, string op)
    {
        try
        {
            await Task.WhenAny(answer, _ended.Task).WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {Patience.TotalSeconds} s for the answer to {op}; got\n{Describe()}");
        }

        return answer.IsCompletedSuccessfully ? await answer : throw new StreamEndedException(CloseCode, $"the answer to {op}", Describe());
    }

    private async Task ReadAsync()
    {
        var message = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            while (true)
            {
                var piece = await _socket.ReceiveAsync(buffer, CancellationToken.None);
                if (piece.MessageType == WebSocketMessageType.Close)
                {
                    await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
                    return;
                }

                message.Write(buffer, 0, piece.Count);
                if (piece.EndOfMessage)
                {
                    Take(new Received(JsonElement.Parse(message.ToArray()), Stopwatch.GetTimestamp()));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception cut) when (cut is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // Cut: the same as closed, without a code.
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private void Take(Received frame)
    {
        if (frame.Json.TryGetProperty("re", out var re) && re.ValueKind == JsonValueKind.Number
            && long.TryParse(re.GetRawText(), CultureInfo.InvariantCulture, out var id))
        {
            _answers.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(frame.Json);
        }

        Remember(frame);
    }
}

/// <summary>The stream ended while something was waited for.</summary>
public sealed class StreamEndedException(int? code, string what, string frames)
    : Exception($"The stream ended ({code?.ToString(CultureInfo.InvariantCulture) ?? "cut"}) while waiting for {what}; got\n{frames}");
