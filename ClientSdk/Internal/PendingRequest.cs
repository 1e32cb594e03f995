using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>A request that waits for its answer.</summary>
internal abstract class PendingRequest(long id, byte[] frame, bool resend)
{
    public long Id { get; } = id;

    public byte[] Frame { get; } = frame;

    /// <summary>Whether it may be sent again when it is not known whether the server has it.</summary>
    public bool Resend { get; } = resend;

    public abstract void Answer(JsonElement ok);

    public abstract void Fail(Exception error);
}

/// <inheritdoc cref="PendingRequest"/>
internal sealed class PendingRequest<T>(long id, byte[] frame, bool resend, Func<JsonElement, T> read)
    : PendingRequest(id, frame, resend)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _answer.Task;

    public override void Answer(JsonElement ok)
    {
        try
        {
            _answer.TrySetResult(read(ok));
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            Fail(new ImException(ErrorCodes.Internal, "The server's answer cannot be read: " + wrong.Message, inner: wrong));
        }
    }

    public override void Fail(Exception error)
    {
        _answer.TrySetException(error);

        // Whoever asked may have left (cancelled, timed out): then nobody looks at this.
        _ = _answer.Task.Exception;
    }
}
