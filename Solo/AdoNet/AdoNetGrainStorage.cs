using System.Data.Common;
using System.Globalization;
using Microsoft.Extensions.Options;
using NpgsqlTypes;
using Orleans.Configuration;

namespace Orleans.Storage;

/// <summary>Grain state in PostgreSQL, in the rows that every engine uses: a database can move between them.</summary>
public sealed class AdoNetGrainStorage(string name, AdoNetGrainStorageOptions options, IOptions<ClusterOptions> cluster)
    : IGrainStorage, ILifecycleParticipant<ISiloLifecycle>
{
    private readonly string _service = cluster.Value.ServiceId;
    private AdoNetQueries? _queries;

    public void Participate(ISiloLifecycle lifecycle)
        => lifecycle.Subscribe($"{nameof(AdoNetGrainStorage)}.{name}", options.InitStage, Start, _ => _queries?.DisposeAsync().AsTask() ?? Task.CompletedTask);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var rows = await Query("ReadFromStorageKey", stateName, grainId, static row =>
            (Data: Value<byte[]>(row, "PayloadBinary"), Version: Value<int?>(row, "Version")));
        var (data, version) = rows.SingleOrDefault();
        var state = data is null ? default : options.GrainStorageSerializer.Deserialize<T>(new BinaryData(data));
        grainState.State = state ?? StateInstance.Create<T>();
        grainState.ETag = version?.ToString(CultureInfo.InvariantCulture);
        grainState.RecordExists = data is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var data = options.GrainStorageSerializer.Serialize(grainState.State).ToArray();
        var rows = await Query("WriteToStorageKey", stateName, grainId, static row => Value<int?>(row, "NewGrainStateVersion"),
            Version(grainState.ETag), ("PayloadBinary", NpgsqlDbType.Bytea, data));
        grainState.ETag = Moved("WriteState", stateName, grainId, grainState.ETag, rows.SingleOrDefault());
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

        var rows = await Query(options.DeleteStateOnClear ? "DeleteStorageKey" : "ClearStorageKey", stateName, grainId,
            static row => row.IsDBNull(0) ? default(int?) : row.GetInt32(0), Version(grainState.ETag));
        var version = Moved("ClearState", stateName, grainId, grainState.ETag, rows.SingleOrDefault());
        grainState.ETag = options.DeleteStateOnClear ? null : version;
        grainState.RecordExists = false;
        grainState.State = StateInstance.Create<T>();
    }

    private async Task Start(CancellationToken cancellation)
    {
        _queries = await AdoNetQueries.LoadAsync($"Grain storage \"{name}\"", options.Invariant, options.ConnectionString, options.DataSource, cancellation);
        foreach (var key in new[] { "ReadFromStorageKey", "WriteToStorageKey", options.DeleteStateOnClear ? "DeleteStorageKey" : "ClearStorageKey" })
        {
            if (!_queries.Has(key))
            {
                throw new OrleansConfigurationException($"Grain storage \"{name}\": the table OrleansQuery has no query '{key}': create the schema of the database first.");
            }
        }
    }

    private Task<List<T>> Query<T>(string query, string stateName, GrainId grainId, Func<DbDataReader, T> read, params (string, NpgsqlDbType, object?)[] more)
    {
        var key = AdoNetGrainKey.Of(grainId);
        return (_queries ?? throw new OrleansException($"Grain storage \"{name}\" has not been started.")).QueryAsync(query, read, CancellationToken.None,
        [
            ("GrainIdHash", NpgsqlDbType.Integer, key.Hash),
            ("GrainIdN0", NpgsqlDbType.Bigint, key.N0),
            ("GrainIdN1", NpgsqlDbType.Bigint, key.N1),
            ("GrainTypeHash", NpgsqlDbType.Integer, AdoNetGrainKey.HashOf(stateName)),
            ("GrainTypeString", NpgsqlDbType.Varchar, stateName),
            ("GrainIdExtensionString", NpgsqlDbType.Varchar, key.Text),
            ("ServiceId", NpgsqlDbType.Varchar, _service),
            .. more,
        ]);
    }

    private static (string, NpgsqlDbType, object?) Version(string? etag)
        => ("GrainStateVersion", NpgsqlDbType.Integer, string.IsNullOrWhiteSpace(etag) ? null : int.Parse(etag, CultureInfo.InvariantCulture));

    // The statements answer the old version, or none, when they found another one.
    private string Moved(string operation, string stateName, GrainId grainId, string? before, int? after)
        => after?.ToString(CultureInfo.InvariantCulture) is { } version && version != before
            ? version
            : throw new InconsistentStateException($"Version conflict ({operation}): ServiceId={_service} ProviderName={name} GrainType={stateName} GrainId={grainId} ETag={before}.");

    private static T? Value<T>(DbDataReader row, string column)
        => row.GetOrdinal(column) is var at && row.IsDBNull(at) ? default : (T)row.GetValue(at);
}
