using System.Diagnostics;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// One client's WebSocket from accept to close. Reads frames one after the other and starts their requests in that
/// order; answers are written as they come.
/// </summary>
internal sealed partial class StreamConnection : IStreamOwner, IDisposable
{
    private readonly StreamServices _services;
    private readonly WebSocket _socket;
    private readonly string _source;
    private readonly SendQueue _queue;
    private readonly FrameReader _reader;
    private readonly RequestRate _rate;
    private int _underWay;
    // What the loop waits for when another request has to wait; null most of the time.
    private TaskCompletionSource? _room;
    private OpRequest? _request;
    private ITimer? _helloTimer;
    private Session? _session;
    private volatile bool _hasHello;
    private volatile bool _isGreeting;
    private int _isClosed;

    public StreamConnection(StreamServices services, WebSocket socket, SharedStream wire, string source)
    {
        (_services, _socket, _source) = (services, socket, source);
        _queue = new SendQueue(socket, wire, services.Options.MaxQueuedBytes, services.Time) { Owner = this };
        wire.Control = new ControlRate(services.Options.ControlBytesPerSecond, services.Time, services.Limited.OnControlLimited);
        _reader = new FrameReader(socket, services.Receive, wire.Control, services.Time);
        _rate = new RequestRate(services.Options, services.Rates, services.Time);
    }

    /// <summary>How long the client has taken nothing of what waits for it.</summary>
    public TimeSpan StuckFor => _queue.StuckFor;

    /// <summary>Bytes that wait for the client.</summary>
    public int QueuedBytes => _queue.QueuedBytes;

    /// <summary>Whether the client has been, or is being, told goodbye.</summary>
    public bool IsClosing => Volatile.Read(ref _isClosed) != 0;

    /// <summary>Whether somebody is signed in.</summary>
    public bool HasHello => _hasHello;

    /// <summary>Serves the stream until it has ended, and ends its session.</summary>
    public async Task RunAsync()
    {
        // The span of the HTTP request lasts as long as the stream: what happens in the stream has spans of its own.
        Activity.Current = null;
        _helloTimer = _services.Time.CreateTimer(static stream => ((StreamConnection)stream!).OnHelloTimeout(), this, _services.Options.HelloTimeout, _services.Options.HelloTimeout);
        try
        {
            await ReceiveAsync();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            Log.SocketEnded(_services.Logger, e.GetType().Name);
        }
        catch (Exception e)
        {
            Log.Failed(_services.Logger, e);
        }

        SendGathered();
        _rate.End();
        _queue.Complete(WebSocketCloseStatus.NormalClosure);
        if (_session is not null)
        {
            await _session.EndAsync();
        }

        await EndSocketAsync();
    }

    /// <summary>Says why, and closes. The client has a moment to close too, then the socket is cut.</summary>
    public void Close(int code, bool dropWaiting = false)
    {
        if (Interlocked.Exchange(ref _isClosed, 1) != 0)
        {
            return;
        }

        Log.Closing(_services.Logger, code);
        _services.Metrics.OnClosed(code);
        _queue.CompleteWith((WebSocketCloseStatus)code, new ByeFrame(code, after: code == CloseCodes.TooManyRequests ? s_pauseOfWhoAskedTooMuch : null), dropWaiting);
        MakeRoom();
        _ = CutLaterAsync();
    }

    void IStreamOwner.Close(int code) => Close(code);

    public void Dispose()
    {
        _helloTimer?.Dispose();
        _session?.Dispose();
        _reader.Dispose();
        _socket.Dispose();
    }

    private async Task ReceiveAsync()
    {
        while (true)
        {
            await SendGatheredBefore(WaitForTurnAsync());
            var begun = await SendGatheredBefore(_reader.WaitAsync());
            var frame = await SendGatheredBefore(_reader.ReadAsync(begun));
            if (frame.Kind == ReceivedKind.Closed)
            {
                return;
            }

            // Closing: what still comes is read to find the client's close, and not looked at.
            if (!IsClosing)
            {
                await TakeAsync(frame);
            }
        }
    }

    /// <summary>Looks at a frame. Done when the next may be read.</summary>
    private Task TakeAsync(in ReceivedFrame frame)
    {
        if (frame.Kind != ReceivedKind.Text)
        {
            Close(frame.Kind == ReceivedKind.NoRoom ? CloseCodes.TooManyRequests : CloseCodes.ProtocolError);
            return Task.CompletedTask;
        }

        // Who waits for the client's next frame holds none.
        _request = _services.Requests.Get();
        try
        {
            if (!IsTooMuch(frame.Bytes))
            {
                if (!_hasHello)
                {
                    return GreetAsync(frame.Bytes);
                }

                Start(frame.Bytes);
            }

            return Task.CompletedTask;
        }
        finally
        {
            _services.Requests.Return(_request);
            _request = null;
        }
    }

    /// <summary>Waits until another request may be worked on and its answer may be queued.</summary>
    private async Task WaitForTurnAsync()
    {
        while (IsFull)
        {
            // Looked at again when it is there: who makes room makes it first, and then looks for who waits.
            var room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _room, room);
            if (IsFull)
            {
                await room.Task;
            }
        }
    }

    private bool IsFull => !IsClosing && (_queue.IsOver || Volatile.Read(ref _underWay) >= _services.Options.MaxRequestsInFlight);

    private void MakeRoom() => Interlocked.Exchange(ref _room, null)?.SetResult();

    /// <summary>Starts a request. Everything up to the call to the account happens here, in the order of the frames.</summary>
    private void Start(ReadOnlyMemory<byte> frame)
    {
        if (ReadHead(frame) is not { } head)
        {
            return;
        }

        if (head.Op != OpTable.Send)
        {
            // What was asked for before reaches the account before.
            SendGathered();
        }

        Task<Reply>? work;
        var request = _request!;
        request.Begin(_session!);
        var isKnown = OpTable.TryFind(head.Op, out var handler);
        var span = GatewayMetrics.Spans.StartActivity(isKnown ? head.Op : OpTable.Unknown, ActivityKind.Server);
        try
        {
            work = isKnown
                ? handler!(request)
                : Task.FromResult<Reply>(new Refusal(ErrorCodes.UnknownOp, $"This server has no op '{Shown(head.Op)}'."));
        }
        catch (Exception e)
        {
            work = Task.FromException<Reply>(e);
        }

        Interlocked.Increment(ref _underWay);
        if (work is not null)
        {
            _ = AnswerAsync(head, request.About, work, span);
        }
        else
        {
            Gather(head, request.About!, request.Message!, span);
        }

        if (span is not null)
        {
            // The next frame is none of this one's business.
            Activity.Current = null;
        }
    }

    void IStreamOwner.OnDrained()
    {
        MakeRoom();
        _session?.OnDrained();
    }

    private void OnHelloTimeout()
    {
        // A hello that waits for its account is in time.
        if (!_hasHello && !_isGreeting)
        {
            Close(CloseCodes.ProtocolError);
        }
    }

    private async Task CutLaterAsync()
    {
        await Task.Delay(_services.Options.CloseTimeout, _services.Time);
        _socket.Abort();
    }

    private async Task EndSocketAsync()
    {
        try
        {
            await _queue.Finished.WaitAsync(_services.Options.CloseTimeout, _services.Time);
        }
        catch (TimeoutException)
        {
            _socket.Abort();
        }
    }
}
