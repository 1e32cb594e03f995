using OrleansIM.Grains.Timelines;

namespace OrleansIM.Silo.Storage;

/// <summary>What a batch says about itself, whatever the database.</summary>
internal static class TimelineBatch
{
    /// <summary>The data of an entry whose reference leads nowhere any more: the log it led to keeps less.</summary>
    public static readonly byte[] Expired = "{\"expired\":true}"u8.ToArray();

    /// <summary>
    /// The items that have to be in the outbox after the batch, and the keys to take out. An item that the same batch
    /// completes, which is every one between two accounts of a silo, never touches the database.
    /// </summary>
    public static (List<NewEntry> Deferred, List<OutboxKey> Completed) Outbox(IReadOnlyList<NewEntry> batch)
    {
        List<NewEntry> deferred = [];
        List<OutboxKey> completed = [];
        foreach (var entry in batch)
        {
            if (entry.Deferred is not null)
            {
                deferred.Add(entry);
            }

            if (entry.Completes is { } key)
            {
                completed.Add(key);
            }
        }

        if (deferred.Count > 0 && completed.Count > 0)
        {
            var done = completed.ToHashSet();
            completed.RemoveAll(key => deferred.Exists(entry => KeyOf(entry) == key));
            deferred.RemoveAll(entry => done.Contains(KeyOf(entry)));
        }

        return (deferred, completed);
    }

    /// <summary>The accounts that the batch itself gives a seq or a dedupe key twice.</summary>
    public static HashSet<string> ContradictsItself(IReadOnlyList<NewEntry> batch)
    {
        var seqs = new HashSet<(string, long)>();
        var keys = new HashSet<(string, string)>();
        return batch
            .Where(entry => !seqs.Add((entry.Account, entry.Entry.Seq)) | (entry.Dedupe is { } key && !keys.Add((entry.Account, key))))
            .Select(entry => entry.Account)
            .ToHashSet();
    }

    private static OutboxKey KeyOf(NewEntry entry) => new(entry.Account, entry.Entry.Seq);
}
