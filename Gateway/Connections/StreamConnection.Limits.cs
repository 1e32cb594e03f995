using OrleansIM.Gateway.Frames;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>What a stream may not go on with for ever.</summary>
internal sealed partial class StreamConnection
{
    private static readonly TimeSpan s_pauseOfWhoAskedTooMuch = TimeSpan.FromSeconds(5);

    /// <summary>Where it stands among those that have not said hello; for the registry alone.</summary>
    public LinkedListNode<StreamConnection>? Ungreeted { get; set; }

    /// <summary>Called once, when the client has said hello.</summary>
    public Action<StreamConnection>? Greeted { get; init; }

    /// <summary>How long a frame has been under way.</summary>
    public TimeSpan UnfinishedFor => _reader.UnfinishedFor;

    /// <summary>It is not read for a moment, for it sends too much that is no request.</summary>
    public bool IsSlowed => _reader.IsSlowed;

    /// <summary>Whether the frame is one too many, which is answered then, or closes the stream.</summary>
    private bool IsTooMuch(ReadOnlyMemory<byte> frame)
    {
        switch (_rate.Judge(out var wait))
        {
            case FrameVerdict.Serve:
                return false;
            case FrameVerdict.Close:
                Close(CloseCodes.TooManyRequests);
                return true;
            default:
                // What was asked for before is not held up by it.
                SendGathered();
                if (ReadHead(frame) is { } head)
                {
                    _services.Limited.OnLimited("request");
                    _queue.Enqueue(new AnswerFrame(head.Id, new Refusal(ErrorCodes.SlowDown, "Too many requests. Wait and try again.", wait)));
                }

                return true;
        }
    }
}
