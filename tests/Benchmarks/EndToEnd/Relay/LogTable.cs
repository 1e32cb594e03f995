using Npgsql;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>A table like our log's, with its primary key and no other index.</summary>
internal static class LogTable
{
    private const int Partitions = 8;

    /// <summary>Inserts rows: a list of accounts, one of seqs, one of contents.</summary>
    public const string Insert = """
        INSERT INTO log SELECT account, seq, 1, 0, 'peer', NULL, data
        FROM unnest($1::text[], $2::bigint[], $3::bytea[]) AS row (account, seq, data)
        """;

    /// <summary>Makes the table in an empty database, whose statements are prepared when they are used again.</summary>
    public static async Task<NpgsqlDataSource> CreateAsync(string database, CancellationToken cancellation)
    {
        var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database) { MaxAutoPrepare = 1, AutoPrepareMinUsages = 2 });
        await using var create = source.CreateCommand(
            "CREATE TABLE log (account text, seq bigint, kind smallint, at bigint, peer text, dedupe text, data bytea, PRIMARY KEY (account, seq)) PARTITION BY HASH (account); "
            + string.Concat(Enumerable.Range(0, Partitions).Select(part => $"CREATE TABLE log{part} PARTITION OF log FOR VALUES WITH (MODULUS {Partitions}, REMAINDER {part});")));
        await create.ExecuteNonQueryAsync(cancellation);
        return source;
    }
}
