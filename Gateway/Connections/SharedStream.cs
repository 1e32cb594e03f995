using System.Net.WebSockets;
using System.Runtime.CompilerServices;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// The connection under a WebSocket. Two write to it: the stream's <see cref="SendQueue"/>, many text frames in one
/// write, and the WebSocket, which has pings and closes to send. Each write holds whole frames, and they go one after
/// the other.
/// </summary>
internal sealed class SharedStream(Stream input, Stream output, Action? cut = null) : Stream
{
    // How many write or wait to; made when the first has to wait, as nearly nobody does.
    private int _writers;
    private SemaphoreSlim? _turns;

    public SharedStream(Stream both)
        : this(both, both)
    {
    }

    /// <summary>Whose connection it is: one that is aborted has it cut.</summary>
    public WebSocket? Socket { get; set; }

    /// <summary>What is counted of the reading, from when it is set.</summary>
    public ControlRate? Control { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Without room for a byte it waits for the client, as nearly always, and costs no more than that.
        if (Control is not { } control || buffer.IsEmpty)
        {
            return input.ReadAsync(buffer, cancellationToken);
        }

        var wait = control.WaitAsync();
        if (!wait.IsCompletedSuccessfully)
        {
            return ReadLaterAsync(wait, control, buffer, cancellationToken);
        }

        var read = input.ReadAsync(buffer, cancellationToken);
        if (!read.IsCompletedSuccessfully)
        {
            return CountAsync(read, control);
        }

        var bytes = read.Result;
        control.OnRead(bytes);
        return new ValueTask<int>(bytes);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Interlocked.Increment(ref _writers) > 1)
        {
            return WriteInTurnAsync(buffer, cancellationToken);
        }

        var write = output.WriteAsync(buffer, cancellationToken);
        if (!write.IsCompletedSuccessfully)
        {
            return LeaveAfterAsync(write);
        }

        LeaveTurn();
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    // A write is on its way when it returns.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // A WebSocket disposes of this at the end too, when its last words are on their way.
            if (Socket?.State == WebSocketState.Aborted)
            {
                cut?.Invoke();
            }

            input.Dispose();
            output.Dispose();
        }

        base.Dispose(disposing);
    }

    private SemaphoreSlim Turns => _turns ?? Interlocked.CompareExchange(ref _turns, new SemaphoreSlim(0), null) ?? _turns;

    private void LeaveTurn()
    {
        if (Interlocked.Decrement(ref _writers) > 0)
        {
            Turns.Release();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadLaterAsync(ValueTask wait, ControlRate control, Memory<byte> buffer, CancellationToken cancellation)
    {
        await wait;
        return await CountAsync(input.ReadAsync(buffer, cancellation), control);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> CountAsync(ValueTask<int> read, ControlRate control)
    {
        var bytes = await read;
        control.OnRead(bytes);
        return bytes;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteInTurnAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellation)
    {
        // Not cancelled: who writes hands the turn over to somebody. The connection is aborted if it has to end.
        await Turns.WaitAsync(CancellationToken.None);
        try
        {
            await output.WriteAsync(buffer, cancellation);
        }
        finally
        {
            LeaveTurn();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask LeaveAfterAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        finally
        {
            LeaveTurn();
        }
    }
}
