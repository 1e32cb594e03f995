using Orleans.Storage;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>
/// Keeps a process behind its fence, and has every state stored under the text of the whole grain id. By itself the
/// ADO.NET provider stores a key that reads as a hexadecimal number or a GUID as that number, and leaves the grain's type
/// out: the accounts <c>ab</c> and <c>00ab</c> would share a row, and so would two kinds of grain with a state of the same name.
/// </summary>
internal sealed class TextKeyGrainStorage(IGrainStorage rows, WriteFence fence) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        => Outages.TryAsync(() => rows.ReadStateAsync(stateName, TextKey(grainId), grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        => WriteAsync(() => rows.WriteStateAsync(stateName, TextKey(grainId), grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        => WriteAsync(() => rows.ClearStateAsync(stateName, TextKey(grainId), grainState));

    private Task WriteAsync(Func<Task> write) => Outages.TryAsync(async () =>
    {
        await fence.EnterAsync(CancellationToken.None);
        await write();
    });

    // "type/key": the slash keeps it from being read as a number, whatever the key.
    private static GrainId TextKey(GrainId grainId) => GrainId.Create(grainId.Type, grainId.ToString());
}
