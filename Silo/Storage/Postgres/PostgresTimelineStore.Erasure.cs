using Npgsql;
using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>Taking an account out of the logs of others.</summary>
internal sealed partial class PostgresTimelineStore : ITimelineErasure
{
    // In one order, so that two silos that write the same pairs do not wait for each other in a circle.
    private const string InsertHolders = """
        INSERT INTO contact_holder (contact, holder)
        SELECT DISTINCT contact, holder FROM unnest($1::text[], $2::text[]) AS pair (contact, holder) ORDER BY contact, holder
        ON CONFLICT DO NOTHING
        """;

    public async Task<IReadOnlyList<string>> ReadHoldersAsync(string contact, string after, int limit, CancellationToken cancellation)
    {
        await using var command = Command(
            "SELECT holder FROM contact_holder WHERE contact = $1 AND holder > $2 ORDER BY holder LIMIT $3", contact, after, limit);
        return await QueryAsync(command, row => row.GetString(0), cancellation);
    }

    public async Task RemoveHolderAsync(string contact, string holder, CancellationToken cancellation)
    {
        await using var command = Command("DELETE FROM contact_holder WHERE contact = $1 AND holder = $2", contact, holder);
        await Outages.TryAsync(() => command.ExecuteNonQueryAsync(cancellation));
    }

    public async Task<IReadOnlyList<TimelineEntry>> ReadContactEntriesAsync(string account, string contact, long after, int limit, CancellationToken cancellation) =>
        await ReadPeerAsync(account, contact, new PeerRange(after, Backwards: false), EntryKind.Contact, limit, cancellation);

    public async Task RewriteAsync(string account, IReadOnlyList<(long Seq, byte[] Data)> entries, CancellationToken cancellation)
    {
        await using var command = Command(
            "UPDATE timeline SET data = entry.data FROM unnest($2::bigint[], $3::bytea[]) AS entry (seq, data) WHERE account = $1 AND timeline.seq = entry.seq",
            account, entries.Select(entry => entry.Seq).ToArray(), entries.Select(entry => entry.Data).ToArray());
        await Outages.TryAsync(() => command.ExecuteNonQueryAsync(cancellation));
    }

    public async Task<IReadOnlyList<string>> ReadGroupsAsync(string account, CancellationToken cancellation)
    {
        await using var command = Command(PeerBlocks.Groups, account);
        return await QueryAsync(command, row => row.GetString(0), cancellation);
    }

    /// <summary>Null where the batch has nothing about contacts: nearly always.</summary>
    private static NpgsqlBatchCommand? InsertHoldersCommand(IReadOnlyList<NewEntry> batch)
    {
        List<NewEntry>? about = null;
        for (var i = 0; i < batch.Count; i++)
        {
            if (batch[i].Entry is { Kind: EntryKind.Contact, Peer: not null })
            {
                (about ??= []).Add(batch[i]);
            }
        }

        return about is null ? null : new NpgsqlBatchCommand(InsertHolders)
        {
            Parameters = { Parameter(about.ConvertAll(entry => entry.Entry.Peer!)), Parameter(about.ConvertAll(entry => entry.Account)) },
        };
    }
}
