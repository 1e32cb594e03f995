using System.Globalization;
using System.Runtime.CompilerServices;
using Orleans.Storage;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>
/// Grain state in the file of this process. The ETag is the version of the row; a cleared state leaves no row (its key may
/// be somebody's mail address), and a writer from before names a version that is not there.
/// </summary>
internal sealed class SqliteGrainStorage(string name, SqliteDatabase database, JsonGrainStorageSerializer serializer) : IGrainStorage
{
    private const string Select = "SELECT version, payload FROM grain_state WHERE state = $1 AND grain = $2";
    private const string Insert = "INSERT INTO grain_state (state, grain, version, payload) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING";
    private const string Update = "UPDATE grain_state SET version = version + 1, payload = $3 WHERE state = $1 AND grain = $2 AND version = $4";
    private const string Delete = "DELETE FROM grain_state WHERE state = $1 AND grain = $2 AND version = $3";
    private const string Version = "SELECT version FROM grain_state WHERE state = $1 AND grain = $2";

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var rows = await database.ReadAsync(
            session => session.Query(
                Select, row => (Version: row.GetInt64(0), Payload: row.IsDBNull(1) ? null : row.GetFieldValue<byte[]>(1)), stateName, grainId.ToString()),
            CancellationToken.None);
        var (version, payload) = rows.Count == 0 ? (0, null) : rows[0];
        var state = payload is null ? default : serializer.Deserialize<T>(new BinaryData(payload));
        grainState.State = state ?? NewState<T>();
        grainState.ETag = version == 0 ? null : Text(version);
        grainState.RecordExists = payload is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        grainState.ETag = await StoreAsync(stateName, grainId, grainState.ETag, serializer.Serialize(grainState.State).ToArray());
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (!grainState.RecordExists && string.IsNullOrWhiteSpace(grainState.ETag))
        {
            await ReadStateAsync(stateName, grainId, grainState);
            if (!grainState.RecordExists)
            {
                return;
            }
        }

        var grain = grainId.ToString();
        var expected = Expected(grainState.ETag);
        var (removed, stored) = await database.WriteAsync(
            session => session.Execute(Delete, stateName, grain, expected) == 1 ? (true, 0) : (false, (long?)session.Scalar(Version, stateName, grain) ?? 0),
            CancellationToken.None);
        if (!removed)
        {
            throw Conflict("ClearState", stateName, grainId, grainState.ETag, stored);
        }

        grainState.ETag = null;
        grainState.RecordExists = false;
        grainState.State = NewState<T>();
    }

    /// <summary>Writes over the version that <paramref name="etag"/> names (none: over nothing) and returns the new ETag.</summary>
    private async Task<string> StoreAsync(string stateName, GrainId grainId, string? etag, byte[] payload)
    {
        var grain = grainId.ToString();
        var expected = Expected(etag);
        var (written, stored) = await database.WriteAsync(
            session =>
            {
                var changed = expected is null
                    ? session.Execute(Insert, stateName, grain, payload)
                    : session.Execute(Update, stateName, grain, payload, expected);
                return changed == 1 ? (true, (expected ?? 0) + 1) : (false, (long?)session.Scalar(Version, stateName, grain) ?? 0);
            },
            CancellationToken.None);
        return written ? Text(stored) : throw Conflict("WriteState", stateName, grainId, etag, stored);
    }

    private InconsistentStateException Conflict(string operation, string stateName, GrainId grainId, string? etag, long stored) => new(
        $"Version conflict ({operation}): ProviderName={name} GrainType={stateName} GrainId={grainId} ETag={etag}.", stored == 0 ? null : Text(stored), etag);

    private static long? Expected(string? etag) => string.IsNullOrWhiteSpace(etag) ? null
        : long.TryParse(etag, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static string Text(long version) => version.ToString(CultureInfo.InvariantCulture);

    // A state that is not there: as its constructor leaves it, or blank where there is none without parameters.
    private static T NewState<T>()
        => typeof(T).IsValueType || typeof(T).GetConstructor(Type.EmptyTypes) is not null
            ? Activator.CreateInstance<T>()
            : (T)RuntimeHelpers.GetUninitializedObject(typeof(T));
}
