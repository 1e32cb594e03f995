using System.Threading.Channels;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>The events on their way to one reader. A reader that is too slow is ended, never the stream held up for it.</summary>
internal sealed class EventSubscription(int buffer, Func<ImEvent, bool>? filter = null)
{
    private readonly Channel<ImEvent> _waiting = Channel.CreateBounded<ImEvent>(
        new BoundedChannelOptions(buffer) { SingleReader = true, AllowSynchronousContinuations = false });

    public ChannelReader<ImEvent> Reader => _waiting.Reader;

    public void Offer(ImEvent happened)
    {
        if ((filter is null || filter(happened)) && !_waiting.Writer.TryWrite(happened))
        {
            _waiting.Writer.TryComplete(new ImException(
                ErrorCodes.LimitReached,
                $"The reader of events fell {buffer} events behind and was ended. Read faster or raise EventBuffer; the pages are right."));
        }
    }

    public void End() => _waiting.Writer.TryComplete();
}
