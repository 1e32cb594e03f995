using System.Buffers;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using OrleansIM.Client;
using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Wire;

/// <summary>
/// One connection of the SDK, listened to: each frame goes to the check as it comes from the socket, before the SDK sees
/// it. The SDK leaves a connection at the first gap; then this one listens on for a moment, to tell a gap from events that
/// only came in the wrong order.
/// </summary>
internal sealed class Tap(IStreamTransport inner, TapListener listener) : IStreamTransport
{
    private static readonly TimeSpan s_listenOn = TimeSpan.FromMilliseconds(300);

    private readonly ArrayBufferWriter<byte> _partial = new();
    private readonly int _connection = listener.NextConnection();
    private StreamCheck? _check;
    private long _began;
    private int _frames;
    private int _isDisposed;
    private volatile bool _isCut;

    /// <summary>What is checked of this connection.</summary>
    public StreamCheck? Check => _check;

    public async Task ConnectAsync(Uri address, CancellationToken ct)
    {
        _began = Stopwatch.GetTimestamp();
        _check = listener.NewCheck(_began);
        listener.Current = this;
        var gateway = listener.Endpoints.Pick();
        try
        {
            await inner.ConnectAsync(listener.Endpoints.At(gateway, address), ct);
            listener.Endpoints.Heard();
        }
        catch (Exception failed) when (failed is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            listener.Endpoints.Avoid(gateway);
            throw;
        }
    }

    public async ValueTask<StreamRead> ReceiveAsync(Memory<byte> into, CancellationToken ct)
    {
        StreamRead read;
        try
        {
            read = await inner.ReceiveAsync(into, ct);
        }
        catch (Exception broken) when (_isCut)
        {
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, broken);
        }

        if (!read.Closed)
        {
            listener.Endpoints.Heard();
            Take(into.Span[..read.Count], read.EndOfFrame);
        }

        return read;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> frame, CancellationToken ct)
    {
        TakeRequest(frame.Span);
        return inner.SendAsync(frame, ct);
    }

    public Task CloseOutputAsync(CancellationToken ct) => _check?.HasOpenGap is true ? Task.CompletedTask : inner.CloseOutputAsync(ct);

    /// <summary>Breaks the connection as a network does: without a word.</summary>
    public void Cut()
    {
        _isCut = true;
        inner.Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        if (_check?.HasOpenGap is true && !_isCut)
        {
            listener.Lingering(ListenOnAsync());
            return;
        }

        _check?.End();
        inner.Dispose();
    }

    private async Task ListenOnAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        using var limit = new CancellationTokenSource(s_listenOn);
        try
        {
            while (_check!.HasOpenGap)
            {
                var read = await inner.ReceiveAsync(buffer, limit.Token);
                if (read.Closed)
                {
                    break;
                }

                Take(buffer.AsSpan(0, read.Count), read.EndOfFrame);
            }
        }
        catch (Exception over) when (over is OperationCanceledException or WebSocketException or IOException or ObjectDisposedException)
        {
            // Nothing more to hear.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _check!.End();
            inner.Dispose();
        }
    }

    private void Take(ReadOnlySpan<byte> part, bool isEnd)
    {
        if (!isEnd)
        {
            _partial.Write(part);
            return;
        }

        if (_partial.WrittenCount == 0)
        {
            TakeFrame(part);
            return;
        }

        _partial.Write(part);
        TakeFrame(_partial.WrittenSpan);
        _partial.ResetWrittenCount();
    }

    private void TakeFrame(ReadOnlySpan<byte> text)
    {
        var at = Stopwatch.GetTimestamp();
        WireFrame frame;
        try
        {
            frame = WireFrame.Read(text);
        }
        catch (JsonException)
        {
            listener.World.Findings.Add(Fault.Corrupted, $"{listener.Session} got a frame that is no JSON");
            return;
        }

        if (frame.Event is "ready")
        {
            listener.Ready(_began, at);
        }
        else if (frame.Event is not ("" or "bye"))
        {
            TakeEvent(frame, at);
        }
    }

    private void TakeEvent(in WireFrame frame, long at)
    {
        var check = _check!;
        var account = listener.World.Names.Find(frame.Account);
        switch (frame.Event)
        {
            case "page":
                check.Page(account, frame.Account, frame.Cursor, frame.Resumed, at);
                break;
            case "pageGone":
                check.PageGone(account);
                break;
            case "message" when frame.Seq is { } seq && MessageMark.TryReadBody(frame.Body, listener.Run, out var mark):
                if (check.Message(account, frame.Account, seq, mark, frame.From, frame.To, at) is { } message)
                {
                    listener.Delivered(mark, account, message, at);
                }

                break;
            case "message" when frame.Seq is not null && MessageMark.IsOfRun(frame.Body, listener.Run):
                listener.World.Findings.Add(Fault.Corrupted, $"{listener.Session} got a message of {frame.Account} ({frame.Seq}) that is not whole");
                check.Skip(account, frame.Account, frame.Seq.Value);
                break;
            case "presence":
                check.Ephemeral(account, frame.Account, "presence", frame.Contact);
                listener.Presence(account, frame.Contact, frame.Status, frame.Note, at);
                break;
            case "typing":
                check.Ephemeral(account, frame.Account, "typing", frame.From);
                break;
            case "mail":
                check.Ephemeral(account, frame.Account, "mail");
                listener.Mail(account, frame.Mailbox, frame.Unread, frame.Subjects, at);
                break;
            default:
                TakeOther(check, frame, account);
                break;
        }
    }

    private static void TakeOther(StreamCheck check, in WireFrame frame, int account)
    {
        if (frame.Seq is { } seq)
        {
            check.Durable(account, frame.Account, frame.Event, seq);
        }
        else if (frame.Account.Length > 0)
        {
            check.Ephemeral(account, frame.Account, frame.Event);
        }
    }

    /// <summary>What the SDK asks for: where it resumes, and in which order messages go out.</summary>
    private void TakeRequest(ReadOnlySpan<byte> frame)
    {
        var position = ++_frames;
        var reader = new Utf8JsonReader(frame);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isCid, isResume) = (reader.ValueTextEquals("cid"u8), reader.ValueTextEquals("resume"u8));
            reader.Read();
            if (isCid && MessageMark.TryReadCid(reader.ValueSpan, listener.Run, out var mark))
            {
                listener.World.Ledger.Written(mark, _connection, position);
                return;
            }

            if (isResume)
            {
                TakeResume(ref reader);
                return;
            }

            reader.Skip();
        }
    }

    private void TakeResume(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var account = listener.World.Names.Find(reader.GetString());
            reader.Read();
            _check!.Resume(account, reader.GetInt64());
        }
    }
}
