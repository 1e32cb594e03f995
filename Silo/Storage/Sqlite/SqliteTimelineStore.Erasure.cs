using OrleansIM.Grains.Timelines;
using OrleansIM.Timelines;

namespace OrleansIM.Silo.Storage.Sqlite;

/// <summary>Taking an account out of the logs of others.</summary>
internal sealed partial class SqliteTimelineStore : ITimelineErasure
{
    private const string InsertHolder = "INSERT INTO contact_holder (contact, holder) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    public async Task<IReadOnlyList<string>> ReadHoldersAsync(string contact, string after, int limit, CancellationToken cancellation) => await database.ReadAsync(
        session => session.Query(
            "SELECT holder FROM contact_holder WHERE contact = $1 AND holder > $2 ORDER BY holder LIMIT $3", row => row.GetString(0), contact, after, limit),
        cancellation);

    public Task RemoveHolderAsync(string contact, string holder, CancellationToken cancellation) => database.WriteAsync(
        session => session.Execute("DELETE FROM contact_holder WHERE contact = $1 AND holder = $2", contact, holder), cancellation);

    public async Task<IReadOnlyList<TimelineEntry>> ReadContactEntriesAsync(string account, string contact, long after, int limit, CancellationToken cancellation) =>
        await ReadPeerAsync(account, contact, new PeerRange(after, Backwards: false), EntryKind.Contact, limit, cancellation);

    public Task RewriteAsync(string account, IReadOnlyList<(long Seq, byte[] Data)> entries, CancellationToken cancellation) => database.WriteAsync(
        session => entries.Sum(entry => session.Execute("UPDATE timeline SET data = $3 WHERE account = $1 AND seq = $2", account, entry.Seq, entry.Data)),
        cancellation);

    public async Task<IReadOnlyList<string>> ReadGroupsAsync(string account, CancellationToken cancellation) =>
        await database.ReadAsync(session => session.Query(PeerBlocks.Groups, row => row.GetString(0), account), cancellation);
}
