using Npgsql;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>
/// The parameters of the statement that inserts entries, a list for each column. They are used for one batch after the
/// other: made anew, they were a tenth of what is allocated where batches are small. The statement itself is not: the
/// driver keeps in it what it has prepared on one connection.
/// </summary>
internal sealed class EntryInsert
{
    private const string Sql = """
        INSERT INTO timeline (account, seq, kind, at, peer, peer_seq, dedupe, data)
        SELECT * FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::bigint[], $5::text[], $6::bigint[], $7::text[], $8::bytea[])
        """;

    private readonly List<string> _account = [];
    private readonly List<long> _seq = [];
    private readonly List<short> _kind = [];
    private readonly List<long> _at = [];
    private readonly List<string?> _peer = [];
    private readonly List<long?> _peerSeq = [];
    private readonly List<string?> _dedupe = [];
    private readonly List<byte[]?> _data = [];

    private readonly NpgsqlParameter[] _parameters;

    public EntryInsert() => _parameters =
    [
        new NpgsqlParameter<List<string>> { TypedValue = _account },
        new NpgsqlParameter<List<long>> { TypedValue = _seq },
        new NpgsqlParameter<List<short>> { TypedValue = _kind },
        new NpgsqlParameter<List<long>> { TypedValue = _at },
        new NpgsqlParameter<List<string?>> { TypedValue = _peer },
        new NpgsqlParameter<List<long?>> { TypedValue = _peerSeq },
        new NpgsqlParameter<List<string?>> { TypedValue = _dedupe },
        new NpgsqlParameter<List<byte[]?>> { TypedValue = _data },
    ];

    /// <summary>The statement for what was filled in. Its parameters are to be taken out of it before the next one.</summary>
    public NpgsqlBatchCommand ToCommand()
    {
        var command = new NpgsqlBatchCommand(Sql);
        foreach (var parameter in _parameters)
        {
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public void Fill(IReadOnlyList<NewEntry> batch)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            var (account, entry, dedupe, _, _, byReference, _) = batch[i];
            _account.Add(account);
            _seq.Add(entry.Seq);
            _kind.Add((short)entry.Kind);
            _at.Add(entry.At);
            _peer.Add(entry.Peer);
            _peerSeq.Add(entry.PeerSeq);
            _dedupe.Add(dedupe);
            _data.Add(byReference ? null : entry.Data);
        }
    }

    public void Clear()
    {
        _account.Clear();
        _seq.Clear();
        _kind.Clear();
        _at.Clear();
        _peer.Clear();
        _peerSeq.Clear();
        _dedupe.Clear();
        _data.Clear();
    }
}
