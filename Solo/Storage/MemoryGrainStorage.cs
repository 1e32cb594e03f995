using System.Collections.Concurrent;
using System.Globalization;

namespace Orleans.Storage;

/// <summary>State in memory, serialized, so that nobody shares instances with it. For tests.</summary>
public sealed class MemoryGrainStorage(string name, IGrainStorageSerializer serializer) : IGrainStorage
{
    private readonly ConcurrentDictionary<(string, GrainId), Row> _rows = new();
    private long _etags;

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = _rows.GetValueOrDefault((stateName, grainId));
        var state = row is null ? default : serializer.Deserialize<T>(row.Data);
        grainState.State = state ?? StateInstance.Create<T>();
        grainState.RecordExists = state is not null;
        grainState.ETag = row?.ETag;
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var row = new Row(serializer.Serialize(grainState.State).ToArray(), Interlocked.Increment(ref _etags).ToString(CultureInfo.InvariantCulture));
        var stored = _rows.GetValueOrDefault((stateName, grainId));
        var written = stored?.ETag == grainState.ETag
            && (stored is null ? _rows.TryAdd((stateName, grainId), row) : _rows.TryUpdate((stateName, grainId), row, stored));
        if (!written)
        {
            throw Conflict("WriteState", stateName, grainId, stored?.ETag, grainState.ETag);
        }

        grainState.ETag = row.ETag;
        grainState.RecordExists = true;
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var stored = _rows.GetValueOrDefault((stateName, grainId));
        if (stored?.ETag != grainState.ETag || (stored is not null && !_rows.TryRemove(new((stateName, grainId), stored))))
        {
            throw Conflict("ClearState", stateName, grainId, stored?.ETag, grainState.ETag);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = StateInstance.Create<T>();
        return Task.CompletedTask;
    }

    private InconsistentStateException Conflict(string operation, string stateName, GrainId grainId, string? stored, string? current)
        => new($"e-Tag mismatch in Memory Storage {name}: {operation} of {stateName} of {grainId}", stored, current);

    private sealed record Row(byte[] Data, string ETag);
}
