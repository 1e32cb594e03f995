using System.Collections.Concurrent;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>The open streams of this gateway, and whether it takes new ones.</summary>
internal sealed class StreamRegistry(GatewayOptions options)
{
    private readonly Lock _gate = new();
    private readonly LinkedList<StreamConnection> _ungreeted = [];
    private readonly ConcurrentDictionary<StreamConnection, bool> _streams = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDraining { get; private set; }

    public int Count => _streams.Count;

    /// <summary>How many there were so far.</summary>
    public int Opened { get; private set; }

    public ICollection<StreamConnection> Streams => _streams.Keys;

    public void Add(StreamConnection stream)
    {
        _streams[stream] = true;
        MakeRoom(stream);
        if (IsDraining)
        {
            stream.Close(CloseCodes.GoingAway);
        }
    }

    /// <summary>A client has said hello: it is none of those that have to make room.</summary>
    public void Greet(StreamConnection stream)
    {
        lock (_gate)
        {
            if (stream.Ungreeted is { } place)
            {
                _ungreeted.Remove(place);
                stream.Ungreeted = null;
            }
        }
    }

    public void Remove(StreamConnection stream)
    {
        Greet(stream);
        _streams.TryRemove(stream, out _);
        if (IsDraining && _streams.IsEmpty)
        {
            _empty.TrySetResult();
        }
    }

    /// <summary>
    /// Sends every client elsewhere, one after the other over <paramref name="spread"/>, so that those who take them over
    /// are not asked by all at once. Done when the last one has gone.
    /// </summary>
    public async Task DrainAsync(TimeSpan spread, TimeProvider time)
    {
        IsDraining = true;
        if (_streams.IsEmpty)
        {
            _empty.TrySetResult();
        }

        var streams = _streams.Keys.ToArray();
        var begin = time.GetTimestamp();
        for (var closed = 0; closed < streams.Length;)
        {
            var due = DrainRules.Due(streams.Length, time.GetElapsedTime(begin), spread);
            for (; closed < due; closed++)
            {
                streams[closed].Close(CloseCodes.GoingAway);
            }

            if (closed < streams.Length)
            {
                await Task.Delay(DrainRules.Pace, time);
            }
        }

        await _empty.Task;
    }

    /// <summary>
    /// Whoever has something to say says hello at once. So when there are too many that have not, the one that has waited
    /// longest goes: who floods drives out its own streams, and nobody who is honest.
    /// </summary>
    private void MakeRoom(StreamConnection stream)
    {
        StreamConnection? oldest = null;
        lock (_gate)
        {
            Opened++;
            stream.Ungreeted = _ungreeted.AddLast(stream);
            if (_ungreeted.Count > options.MaxUngreetedStreams)
            {
                oldest = _ungreeted.First!.Value;
                _ungreeted.RemoveFirst();
                oldest.Ungreeted = null;
            }
        }

        oldest?.Close(CloseCodes.TooManyRequests);
    }
}
