using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>A client that remembers every frame it got. Waits end after a minute and say what they waited for.</summary>
internal sealed class StreamClient : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly CorkedStream _wire = new();
    private readonly Lock _gate = new();
    private readonly List<JsonElement> _frames = [];
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _nextEvent;

    public string? Subprotocol => _socket.SubProtocol;

    /// <summary>The close code, once closed; null if it was cut.</summary>
    public int? CloseCode => (int?)_socket.CloseStatus;

    public JsonElement[] Frames
    {
        get
        {
            lock (_gate)
            {
                return [.. _frames];
            }
        }
    }

    public static async Task<StreamClient> ConnectAsync(Uri address, string? subprotocol)
    {
        var client = new StreamClient();
        if (subprotocol is not null)
        {
            client._socket.Options.AddSubProtocol(subprotocol);
        }

        using var handler = new SocketsHttpHandler { ConnectCallback = async (context, stop) => await client._wire.ConnectAsync(context.DnsEndPoint, stop) };
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        await client._socket.ConnectAsync(address, invoker, CancellationToken.None);
        _ = client.ReadAsync();
        return client;
    }

    public Task SendAsync(string frame) => SendAsync(Encoding.UTF8.GetBytes(frame));

    public Task SendAsync(byte[] frame, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(frame, type, endOfMessage: true, CancellationToken.None);

    /// <summary>Sends frames in one write: they are at the server at the same moment.</summary>
    public async Task SendTogetherAsync(params IEnumerable<string> frames)
    {
        _wire.Cork();
        foreach (var frame in frames)
        {
            await SendAsync(frame);
        }

        await _wire.UncorkAsync();
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    public async Task<JsonElement> AskAsync(string frame)
    {
        await SendAsync(frame);
        return await AnswerAsync(JsonElement.Parse(frame).GetProperty("id").GetRawText());
    }

    /// <summary>The code of the refusal that the request is answered with.</summary>
    public async Task<string> RefusalAsync(string frame)
    {
        var answer = await AskAsync(frame);
        Assert.True(answer.TryGetProperty("err", out var error), $"Expected a refusal of {frame[..Math.Min(frame.Length, 200)]}, got {answer}");
        return error.GetProperty("code").GetString()!;
    }

    public async Task<JsonElement> OkAsync(string frame)
    {
        var answer = await AskAsync(frame);
        Assert.True(answer.TryGetProperty("ok", out var ok), $"Expected ok for {frame}, got {answer}");
        return ok;
    }

    public Task<JsonElement> AnswerAsync(string id) =>
        WaitAsync(frames => frames.FirstOrDefault(f => f.TryGetProperty("re", out var re) && re.GetRawText() == id), $"the answer to {id}");

    /// <summary>The next event of that name (and account), in the order they came; those before it are passed over.</summary>
    public Task<JsonElement> EventAsync(string name, string? account = null) => WaitAsync(frames =>
    {
        for (var i = _nextEvent; i < frames.Count; i++)
        {
            if (Is(frames[i], name, account))
            {
                _nextEvent = i + 1;
                return frames[i];
            }
        }

        return default;
    }, $"the event {name} of {account ?? "any account"}");

    /// <summary>The first event of that name, also if others were looked at after it.</summary>
    public Task<JsonElement> FirstEventAsync(string name, string? account = null) =>
        WaitAsync(frames => frames.FirstOrDefault(f => Is(f, name, account)), $"an event {name} of {account ?? "any account"}");

    /// <summary>Waits until the client has so many events.</summary>
    public Task UntilAsync(Func<IReadOnlyList<JsonElement>, bool> condition, string what) =>
        WaitAsync(frames => condition(frames) ? JsonElement.Parse("{}") : default, what);

    /// <summary>The seqs of the durable events of an account, in the order they came.</summary>
    public long[] Seqs(string account) =>
        [.. Frames.Where(f => f.TryGetProperty("seq", out _) && f.GetProperty("account").GetString() == account).Select(f => f.GetProperty("seq").GetInt64())];

    public int Count(string name, string? account = null) => Frames.Count(f => Is(f, name, account));

    /// <summary>Waits for the close, and returns its code; null if the socket was cut.</summary>
    public async Task<int?> ClosedAsync()
    {
        try
        {
            await _closed.Task.WaitAsync(s_patience);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"Waited {s_patience} for the close; got {Describe()}");
        }

        return CloseCode;
    }

    /// <summary>Waits for the event bye, then the close, both with this code.</summary>
    public async Task SaidByeAsync(int code)
    {
        var bye = (await EventAsync("bye")).GetProperty("data");
        Assert.Equal(code, bye.GetProperty("code").GetInt32());
        Assert.Equal(Protocol.CloseCodes.Reconnect[code], bye.GetProperty("reconnect").GetBoolean());
        Assert.Equal(code, await ClosedAsync());
    }

    /// <summary>Says goodbye and waits for the other side's, which is read like every other frame: two who read would take it from one another.</summary>
    public async Task CloseAsync()
    {
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await _closed.Task.WaitAsync(s_patience);
    }

    public void Dispose()
    {
        _socket.Abort();
        _socket.Dispose();
    }

    private static bool Is(JsonElement frame, string name, string? account) =>
        frame.TryGetProperty("ev", out var ev) && ev.GetString() == name
        && (account is null || (frame.TryGetProperty("account", out var of) && of.GetString() == account));

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
                    Take(JsonElement.Parse(message.ToArray()));
                    message.SetLength(0);
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Cut.
        }
        finally
        {
            _closed.TrySetResult();
        }
    }

    private void Take(JsonElement frame)
    {
        lock (_gate)
        {
            _frames.Add(frame);
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<JsonElement> WaitAsync(Func<List<JsonElement>, JsonElement> find, string what)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            Task news;
            lock (_gate)
            {
                var found = find(_frames);
                if (found.ValueKind != JsonValueKind.Undefined)
                {
                    return found;
                }

                news = _news.Task;
            }

            try
            {
                await Task.WhenAny(news, _closed.Task).WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Waited {s_patience} for {what}; got {Describe()}");
            }

            if (_closed.Task.IsCompleted && news == _news.Task)
            {
                Assert.Fail($"The stream was closed ({CloseCode}) while waiting for {what}; got {Describe()}");
            }
        }
    }

    private string Describe() => string.Join("\n", Frames.TakeLast(20).Select(f => f.GetRawText()[..Math.Min(300, f.GetRawText().Length)]));
}
