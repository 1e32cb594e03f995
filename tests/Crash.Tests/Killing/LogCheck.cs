using System.Data.Common;
using System.Globalization;
using System.Text.Json;

namespace OrleansIM.Crash.Tests.Killing;

/// <summary>
/// Reads the tables with plain SQL, everything in one statement and so at one moment, and compares them with the book.
/// Each check looks at what is new since the last one.
/// </summary>
internal sealed class LogCheck(Func<Task<DbConnection>> connect, Book book)
{
    private const int Message = 1;

    private readonly Dictionary<string, long> _checked = Book.Accounts.ToDictionary(account => account, _ => 0L);
    private readonly Dictionary<(string Writer, long Number), (long Seq, string Id)> _sent = [];

    /// <summary>Messages found so far.</summary>
    public int Messages => _sent.Count;

    /// <summary>Rows about peers of whole blocks, all of them right.</summary>
    public long Blocks { get; private set; }

    /// <summary>
    /// Everything promised is in both logs once; no log has a hole; each message is in both or in neither, whether or not
    /// anybody was told; what was pushed is there.
    /// </summary>
    public async Task CheckAsync()
    {
        // Promises first: what is promised after this moment may or may not be found.
        var (promises, seen) = book.Take();
        var received = new Dictionary<string, long?>();
        var sent = new Dictionary<string, long>();
        foreach (var row in await ReadAsync())
        {
            Assert.True(row.Seq == _checked[row.Account] + 1, $"{row.Account} has seq {row.Seq} after {_checked[row.Account]}");
            _checked[row.Account] = row.Seq;
            if (row.Kind != Message)
            {
                continue;
            }

            var (id, from, number) = Parse(row.Data);
            if (from == row.Account)
            {
                Assert.True(_sent.TryAdd((from, number), (row.Seq, id)), $"{from}/{number} is in the log twice");
                Assert.True(sent.TryAdd(id, row.Seq), $"message {id} was sent twice");
            }
            else
            {
                Assert.True(received.TryAdd(id, row.PeerSeq), $"{row.Account} has message {id} twice");
            }
        }

        Assert.Equal(sent.OrderBy(pair => pair.Key), received.Select(pair => KeyValuePair.Create(pair.Key, pair.Value ?? -1)).OrderBy(pair => pair.Key));
        AssertKept(promises);
        Assert.All(seen, head => Assert.True(_checked[head.Key] >= head.Value, $"{head.Key} pushed seq {head.Value}, and the log ends at {_checked[head.Key]}"));
    }

    /// <summary>Everything from the beginning, and every promise there ever was.</summary>
    public async Task CheckAllAsync()
    {
        foreach (var account in Book.Accounts)
        {
            _checked[account] = 0;
        }

        _sent.Clear();
        await CheckAsync();
        AssertKept(book.All());
        await AssertBlocksAsync();
    }

    /// <summary>What is said of each whole block is what its entries say. The same statement for both databases.</summary>
    private async Task AssertBlocksAsync()
    {
        await using var connection = await connect();
        await using var command = connection.CreateCommand();
        command.CommandText = """
            WITH entry AS (
                SELECT account, peer, seq / 64 AS block, sum(CAST(1 AS bigint) << CAST(seq & 63 AS int)) AS entries
                FROM timeline WHERE peer IS NOT NULL GROUP BY 1, 2, 3),
            head AS (SELECT account, (max(seq) + 1) / 64 AS block FROM timeline GROUP BY account),
            whole AS (SELECT entry.* FROM entry JOIN head ON head.account = entry.account WHERE entry.block < head.block)
            SELECT count(*), (SELECT count(*) FROM whole),
                (SELECT count(*) FROM timeline_peer JOIN whole ON whole.account = timeline_peer.account AND whole.peer = timeline_peer.peer
                    AND whole.block = timeline_peer.block AND whole.entries = timeline_peer.entries)
            FROM timeline_peer
            """;
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        var (blocks, whole, right) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        Blocks = whole;
        Assert.True(blocks == whole && right == whole, $"{blocks} rows about peers where {whole} should be; {right} are right");
    }

    private void AssertKept(IEnumerable<Promise> promises)
    {
        foreach (var promise in promises)
        {
            Assert.True(_sent.TryGetValue((promise.Writer, promise.Number), out var stored), $"{promise} was acknowledged and is not there");
            Assert.True(stored == (promise.Seq, promise.Id), $"{promise} was acknowledged; there is {stored}");
        }
    }

    private async Task<List<Row>> ReadAsync()
    {
        await using var connection = await connect();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT account, seq, kind, peer_seq, data FROM timeline WHERE "
            + string.Join(" OR ", _checked.Select(pair => $"(account = '{pair.Key}' AND seq > {pair.Value.ToString(CultureInfo.InvariantCulture)})"))
            + " ORDER BY account, seq";
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<Row>();
        while (await reader.ReadAsync())
        {
            rows.Add(new Row(reader.GetString(0), reader.GetInt64(1), reader.GetInt32(2), reader.IsDBNull(3) ? null : reader.GetInt64(3), reader.GetFieldValue<byte[]>(4)));
        }

        return rows;
    }

    private static (string Id, string From, long Number) Parse(byte[] data)
    {
        using var json = JsonDocument.Parse(data);
        var body = json.RootElement.GetProperty("body").GetString()!.Split('/');
        Assert.Equal(body[0], json.RootElement.GetProperty("from").GetString());
        return (json.RootElement.GetProperty("id").GetString()!, body[0], long.Parse(body[1], CultureInfo.InvariantCulture));
    }

    private sealed record Row(string Account, long Seq, int Kind, long? PeerSeq, byte[] Data);
}
