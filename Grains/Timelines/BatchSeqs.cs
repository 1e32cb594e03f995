using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>The seqs of a batch, which are given out when it is made.</summary>
internal static class BatchSeqs
{
    /// <summary>Gives every entry its seq, and makes its row; units of a broken timeline fail and leave the batch.</summary>
    public static void Give(List<AppendUnit> batch, List<NewEntry> rows)
    {
        rows.EnsureCapacity(batch.Count * 2);
        batch.RemoveAll(unit =>
        {
            if (!unit.Entries.Exists(static entry => entry.Timeline.IsBroken))
            {
                return false;
            }

            unit.Fail(new AppendFailedException("An earlier write of this account failed; it starts anew."));
            return true;
        });
        foreach (var unit in batch)
        {
            foreach (var entry in unit.Entries)
            {
                entry.Seq = entry.Timeline.Assign(entry.Peer, out var block);
                var stored = new TimelineEntry
                {
                    Seq = entry.Seq,
                    Kind = entry.Kind,
                    At = entry.At,
                    Peer = entry.Peer,
                    Data = entry.Data,
                    PeerSeq = entry.Counterpart?.Seq ?? entry.PeerSeq,
                };
                rows.Add(new NewEntry(entry.Timeline.Account, stored, entry.Dedupe, entry.Deferred, entry.Completes, entry.IsReference, block));
            }
        }
    }

    /// <summary>The store has taken none of them: their logs are where they were.</summary>
    public static void TakeBack(List<AppendUnit> batch)
    {
        foreach (var entry in batch.SelectMany(unit => unit.Entries))
        {
            entry.Timeline.TakeBack(entry.Seq);
        }
    }
}
