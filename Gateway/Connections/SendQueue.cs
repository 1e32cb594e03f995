using System.Net.WebSockets;
using OrleansIM.Gateway.Frames;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// What waits for one client. Everything goes out through one writer, in the order it was put in. Frames are copied
/// into one pooled piece of memory while the one before it is being sent, many in one write, and the memory goes back
/// when all is sent.
/// </summary>
/// <remarks>
/// The bound: over <see cref="_limit"/> durable events are refused (they are in the log) and over half of it ephemeral
/// ones are dropped. Answers, pages and the last words are always taken: their number is bounded where they come from.
/// </remarks>
internal sealed class SendQueue(WebSocket socket, Stream wire, int limit, TimeProvider time) : IThreadPoolWorkItem
{
    // One write waits until the system has taken it: small enough to tell a client that reads slowly from one that is stuck.
    private const int MaxWrite = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly int _limit = limit;
    private FrameBuffer _filling = new();
    private FrameBuffer _sending = new();
    private int _unsent;
    private bool _writing;
    private bool _wanted;
    private bool _closed;
    private bool _hasFinished;
    private TaskCompletionSource? _finished;
    private WebSocketCloseStatus? _closeWith;
    private long _lastProgress = time.GetTimestamp();

    /// <summary>Whose queue it is: it is told when there is room again (a quarter of the limit) after something was refused.</summary>
    public IStreamOwner? Owner { get; init; }

    /// <summary>Done when the last frame and the close are out, or cannot be any more.</summary>
    public Task Finished
    {
        get
        {
            lock (_gate)
            {
                return _hasFinished ? Task.CompletedTask : (_finished ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }
        }
    }

    /// <summary>Bytes that wait or are being sent.</summary>
    public int QueuedBytes
    {
        get
        {
            lock (_gate)
            {
                return _filling.Length + _unsent;
            }
        }
    }

    /// <summary>Whether more waits than the limit; if so, <see cref="Owner"/> will be told when it does not.</summary>
    public bool IsOver
    {
        get
        {
            lock (_gate)
            {
                return !_closed && CheckOver(_limit);
            }
        }
    }

    /// <summary>How long nothing could be sent although something waits.</summary>
    public TimeSpan StuckFor
    {
        get
        {
            lock (_gate)
            {
                return _writing ? time.GetElapsedTime(_lastProgress) : TimeSpan.Zero;
            }
        }
    }

    /// <summary>Takes an answer or a page.</summary>
    public void Enqueue<TFrame>(in TFrame frame) where TFrame : struct, IFrame
    {
        lock (_gate)
        {
            Append(frame);
        }
    }

    /// <summary>Takes a durable event, unless too much waits: then the log has it, and <see cref="Owner"/> is told when there is room.</summary>
    public bool TryEnqueueDurable<TFrame>(in TFrame frame) where TFrame : struct, IFrame
    {
        lock (_gate)
        {
            if (CheckOver(_limit))
            {
                return false;
            }

            Append(frame);
            return true;
        }
    }

    /// <summary>Takes an ephemeral event, or drops it if much waits.</summary>
    public void EnqueueEphemeral<TFrame>(in TFrame frame) where TFrame : struct, IFrame
    {
        lock (_gate)
        {
            if (_filling.Length + _unsent <= _limit / 2)
            {
                Append(frame);
            }
        }
    }

    /// <summary>Sends what waits, then closes. Nothing is taken any more.</summary>
    public void Complete(WebSocketCloseStatus status)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _closeWith = status;
            StartWriting();
        }
    }

    /// <summary>Like <see cref="Complete"/>, but throws away what has not been handed to the socket, for the last words.</summary>
    public void CompleteWith<TFrame>(WebSocketCloseStatus status, in TFrame lastWords, bool dropWaiting) where TFrame : struct, IFrame
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            if (dropWaiting)
            {
                _filling.Clear();
            }

            Append(lastWords);
            Complete(status);
        }
    }

    void IThreadPoolWorkItem.Execute() => _ = WriteAsync();

    private bool CheckOver(int limit)
    {
        var over = _filling.Length + _unsent >= limit;
        _wanted |= over;
        return over;
    }

    private void Append<TFrame>(in TFrame frame) where TFrame : struct, IFrame
    {
        if (_closed)
        {
            return;
        }

        _filling.BeginFrame();
        try
        {
            frame.Write(_filling);
        }
        catch
        {
            _filling.DropFrame();
            throw;
        }

        _filling.EndFrame();
        StartWriting();
    }

    private void StartWriting()
    {
        if (_writing || _hasFinished)
        {
            return;
        }

        _writing = true;
        _lastProgress = time.GetTimestamp();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task WriteAsync()
    {
        try
        {
            WebSocketCloseStatus? close;
            while (TakeFrames(out close))
            {
                for (var frames = _sending.Take(MaxWrite); frames.Length > 0; frames = _sending.Take(MaxWrite))
                {
                    // Not cancelled: the socket is aborted if it has to end.
                    await wire.WriteAsync(frames, CancellationToken.None);
                    OnSent(frames.Length);
                }
            }

            if (close is not null)
            {
                await CloseAsync(close.Value);
            }
        }
        catch (Exception)
        {
            // Mostly a peer that has gone; whatever it was, a stream whose writer has ended cannot go on.
            GiveUp();
        }
    }

    private bool TakeFrames(out WebSocketCloseStatus? close)
    {
        lock (_gate)
        {
            close = _closeWith;
            _sending.Clear();
            if (_filling.Length == 0)
            {
                _filling.Clear();
                _writing = _closeWith is not null;
                return false;
            }

            (_filling, _sending) = (_sending, _filling);
            _unsent = _sending.Length;
            return true;
        }
    }

    private void OnSent(int bytes)
    {
        var drained = false;
        lock (_gate)
        {
            _unsent -= bytes;
            _lastProgress = time.GetTimestamp();
            if (_wanted && _filling.Length + _unsent <= _limit / 4)
            {
                _wanted = false;
                drained = true;
            }
        }

        if (drained)
        {
            Owner?.OnDrained();
        }
    }

    private async Task CloseAsync(WebSocketCloseStatus status)
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            await socket.CloseOutputAsync(status, null, CancellationToken.None);
        }

        lock (_gate)
        {
            Finish();
        }
    }

    // The receive loop sees the abort and ends the session.
    private void GiveUp()
    {
        socket.Abort();
        lock (_gate)
        {
            _closed = true;
            _writing = false;
            _filling.Clear();
            _sending.Clear();
            _unsent = 0;
            _wanted = false;
            Finish();
        }

        Owner?.OnDrained();
    }

    private void Finish()
    {
        _hasFinished = true;
        _finished?.TrySetResult();
    }
}
