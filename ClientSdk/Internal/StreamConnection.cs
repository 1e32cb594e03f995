using System.Buffers;
using System.Threading.Channels;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>
/// One socket from connect to close: one writer, one reader, a deadline and a heartbeat. What arrives is handed to the
/// caller of <see cref="RunAsync"/> frame by frame.
/// </summary>
internal sealed class StreamConnection : IAsyncDisposable
{
    private const int SmallBuffer = 16 * 1024;
    private const int LargeBuffer = 256 * 1024;

    // How long a polite goodbye may take, in real time: nobody waits for it with a clock of their own.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan MostProbed = TimeSpan.FromSeconds(5);

    private readonly ImClientOptions _options;
    private readonly IStreamTransport _transport;
    private readonly CancellationTokenSource _broken;
    private readonly Channel<byte[]> _outgoing = Channel.CreateUnbounded<byte[]>(new UnboundedChannelOptions { SingleReader = true });
    private readonly TaskCompletionSource<bool> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _writer = Task.CompletedTask;
    private long _lastSent;
    private long _lastReceived;
    private long _received;
    private ImException? _reason;

    public StreamConnection(ImClientOptions options, CancellationToken stop)
    {
        _options = options;
        _transport = options.StreamTransport?.Invoke() ?? new WebSocketTransport(options.ConfigureWebSocket);
        _broken = CancellationTokenSource.CreateLinkedTokenSource(stop);
    }

    /// <summary>Why this side broke the connection off, if it did.</summary>
    public ImException? Reason => Volatile.Read(ref _reason);

    public async Task OpenAsync(Uri address)
    {
        await _transport.ConnectAsync(address, _broken.Token).ConfigureAwait(false);
        Touch(ref _lastReceived);
        Touch(ref _lastSent);
        _writer = WriteAsync();
    }

    /// <summary>Queues a frame; frames leave in the order of the calls.</summary>
    public void Write(byte[] frame) => _outgoing.Writer.TryWrite(frame);

    /// <summary>Receives until the server closes, and returns its close code.</summary>
    /// <param name="onFrame">Takes a frame; false ends the connection.</param>
    public async Task<int?> RunAsync(Func<ReadOnlyMemory<byte>, bool> onFrame)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SmallBuffer);
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _transport.ReceiveAsync(buffer.AsMemory(length), _broken.Token).ConfigureAwait(false);
                Touch(ref _lastReceived);
                Volatile.Write(ref _received, _received + 1);
                length += read.Count;
                if (read.Closed)
                {
                    return read.CloseCode;
                }

                if (length > _options.MaxFrameBytes)
                {
                    throw new ImException(ErrorCodes.TooLarge,
                        $"The server sent a frame over {_options.MaxFrameBytes} bytes. Raise MaxFrameBytes.");
                }

                if (read.EndOfFrame)
                {
                    Surrogates.Mend(buffer.AsSpan(0, length));
                    if (!onFrame(buffer.AsMemory(0, length)))
                    {
                        return null;
                    }

                    length = 0;
                }

                buffer = Fit(buffer, length);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _closed.TrySetResult(true);
        }
    }

    /// <summary>Breaks the connection off unless <paramref name="ready"/> ends within the time for connecting.</summary>
    public async Task WatchOpeningAsync(Task ready)
    {
        if (!await InTimeAsync(ready, _options.ConnectTimeout).ConfigureAwait(false))
        {
            Abort(new ImException(ErrorCodes.Unavailable,
                $"The stream was not ready within {_options.ConnectTimeout.TotalSeconds:0.###} s.", inner: new TimeoutException()));
        }
    }

    /// <summary>Pings when nothing else was sent for one heartbeat; breaks off when nothing came for two.</summary>
    public async Task KeepAliveAsync(TimeSpan heartbeat, Action ping)
    {
        while (true)
        {
            var now = _options.Clock.Now();
            var silent = now - At(ref _lastReceived);
            var idle = now - At(ref _lastSent);
            if (silent >= heartbeat + heartbeat)
            {
                Abort(new ImException(ErrorCodes.Unavailable, $"The server was silent for {silent.TotalSeconds:0.###} s."));
                return;
            }

            if (idle >= heartbeat)
            {
                Touch(ref _lastSent);
                ping();
                idle = TimeSpan.Zero;
            }

            var next = Math.Min((heartbeat - idle).Ticks, (heartbeat + heartbeat - silent).Ticks);
            if (await InTimeAsync(_closed.Task, TimeSpan.FromTicks(Math.Max(next, TimeSpan.TicksPerMillisecond))).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    /// <summary>Asks for a sign of life now, and breaks off when none comes within 5 s, or a heartbeat if that is less.</summary>
    public async Task ProbeAsync(TimeSpan heartbeat, Action ping)
    {
        var limit = heartbeat < MostProbed ? heartbeat : MostProbed;
        var asked = Volatile.Read(ref _received);
        ping();
        if (!await InTimeAsync(_closed.Task, limit).ConfigureAwait(false) && Volatile.Read(ref _received) == asked)
        {
            Abort(new ImException(ErrorCodes.Unavailable, $"The server gave no sign of life within {limit.TotalSeconds:0.###} s."));
        }
    }

    public void Abort(ImException reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        Cancel();
    }

    /// <summary>Sends what is queued, says goodbye and waits a moment for the server to do the same.</summary>
    public async Task CloseAsync()
    {
        _outgoing.Writer.TryComplete();
        await FarewellAsync(Task.WhenAll(_writer, _closed.Task)).ConfigureAwait(false);
    }

    private static Task<bool> FarewellAsync(Task said) => ClientClock.System.EndsWithinAsync(said, Farewell, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _outgoing.Writer.TryComplete();
        if (!_broken.IsCancellationRequested)
        {
            await FarewellAsync(_writer).ConfigureAwait(false);
        }

        _closed.TrySetResult(true);
        Cancel();
        _transport.Dispose();
        await _writer.ConfigureAwait(false);
        _broken.Dispose();
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_broken.Token).ConfigureAwait(false))
            {
                while (_outgoing.Reader.TryRead(out var frame))
                {
                    Touch(ref _lastSent);
                    await _transport.SendAsync(frame, _broken.Token).ConfigureAwait(false);
                }
            }

            await _transport.CloseOutputAsync(_broken.Token).ConfigureAwait(false);
        }
        catch (Exception broken) when (broken is not OutOfMemoryException)
        {
            // The reader sees the same break and says why; a writer alone has nothing to add.
            if (!_closed.Task.IsCompleted)
            {
                Abort(new ImException(ErrorCodes.Unavailable, "The connection broke while sending: " + broken.Message, inner: broken));
            }
        }
    }

    private async Task<bool> InTimeAsync(Task task, TimeSpan limit)
    {
        try
        {
            return await _options.Clock.EndsWithinAsync(task, limit, _broken.Token).ConfigureAwait(false);
        }
        catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
        {
            return true;
        }
    }

    /// <summary>Room for more of this frame, or a small buffer again after a large frame.</summary>
    private static byte[] Fit(byte[] buffer, int length)
    {
        var wanted = length == buffer.Length ? buffer.Length * 2 : length == 0 && buffer.Length > LargeBuffer ? SmallBuffer : buffer.Length;
        if (wanted == buffer.Length)
        {
            return buffer;
        }

        var other = ArrayPool<byte>.Shared.Rent(wanted);
        buffer.AsSpan(0, length).CopyTo(other);
        ArrayPool<byte>.Shared.Return(buffer);
        return other;
    }

    private void Cancel()
    {
        try
        {
            _broken.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Over already.
        }
    }

    private void Touch(ref long ticks) => Volatile.Write(ref ticks, _options.Clock.Now().Ticks);

    private static TimeSpan At(ref long ticks) => TimeSpan.FromTicks(Volatile.Read(ref ticks));
}
