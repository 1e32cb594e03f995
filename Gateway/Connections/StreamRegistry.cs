using System.Collections.Concurrent;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Connections;

/// <summary>The open streams of this gateway, and whether it takes new ones.</summary>
internal sealed class StreamRegistry
{
    private readonly ConcurrentDictionary<StreamConnection, bool> _streams = [];
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsDraining { get; private set; }

    public int Count => _streams.Count;

    public ICollection<StreamConnection> Streams => _streams.Keys;

    public void Add(StreamConnection stream)
    {
        _streams[stream] = true;
        if (IsDraining)
        {
            stream.Close(CloseCodes.GoingAway);
        }
    }

    public void Remove(StreamConnection stream)
    {
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
}
