using System.Collections.Concurrent;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>Grain state in memory that can be told to fail. It outlives the hosts that use it.</summary>
internal sealed class MemoryGrainStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Json, string Etag)> _rows = new();
    private int _etag;

    /// <summary>Called before each write with the name of the state and the grain; throw to fail it.</summary>
    public Action<string, GrainId>? BeforeWrite { get; set; }

    /// <summary>Called before a state is cleared with the name of the state and the grain; throw to fail it.</summary>
    public Action<string, GrainId>? BeforeClear { get; set; }

    /// <summary>What each write waits for; given the name of the state.</summary>
    public Func<string, Task>? WhileWriting { get; set; }

    /// <summary>Called before each read with the grain; throw to fail it.</summary>
    public Action<GrainId>? BeforeRead { get; set; }

    /// <summary>Grains whose state was read, as they were.</summary>
    public ConcurrentQueue<GrainId> Reads { get; } = new();

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeRead?.Invoke(grainId);
        Reads.Enqueue(grainId);
        if (_rows.TryGetValue(Key(stateName, grainId), out var row))
        {
            grainState.State = JsonSerializer.Deserialize<T>(row.Json)!;
            (grainState.ETag, grainState.RecordExists) = (row.Etag, true);
        }
        else
        {
            grainState.State = Activator.CreateInstance<T>();
            (grainState.ETag, grainState.RecordExists) = (null!, false);
        }

        return Task.CompletedTask;
    }

    /// <summary>The longest a write takes, in milliseconds; how long is chance, so that others get in between.</summary>
    public int MaxDelay { get; set; }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeWrite?.Invoke(stateName, grainId);
        await (WhileWriting?.Invoke(stateName) ?? Task.CompletedTask);
        if (MaxDelay > 0)
        {
            await Task.Delay(Random.Shared.Next(MaxDelay + 1));
        }

        var etag = Interlocked.Increment(ref _etag).ToString(System.Globalization.CultureInfo.InvariantCulture);
        var row = (JsonSerializer.Serialize(grainState.State), etag);
        _rows.AddOrUpdate(
            Key(stateName, grainId),
            _ => grainState.ETag is null ? row : throw new InconsistentStateException("gone", "", grainState.ETag),
            (_, old) => old.Etag == grainState.ETag ? row : throw new InconsistentStateException("changed", old.Etag, grainState.ETag));
        (grainState.ETag, grainState.RecordExists) = (etag, true);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        BeforeClear?.Invoke(stateName, grainId);
        _rows.TryRemove(Key(stateName, grainId), out _);
        grainState.State = Activator.CreateInstance<T>();
        (grainState.ETag, grainState.RecordExists) = (null!, false);
        return Task.CompletedTask;
    }

    /// <summary>All that is stored, as it is stored.</summary>
    public string Dump() => string.Join('\n', _rows.Select(row => $"{row.Key} {row.Value.Json}"));

    private static string Key(string stateName, GrainId grainId) => $"{stateName}/{grainId}";
}
