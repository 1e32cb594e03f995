using OrleansIM.Timelines;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// What it takes to remove an account from the logs of others (docs/security.md, "Deletion"). Every <see cref="ITimelineStore"/>
/// of a server is one of these too. Each step can be done twice.
/// </summary>
public interface ITimelineErasure
{
    /// <summary>
    /// Accounts whose logs have, or had, a contact entry about an account, in the order of their names, after
    /// <paramref name="after"/> and at most <paramref name="limit"/>.
    /// </summary>
    Task<IReadOnlyList<string>> ReadHoldersAsync(string contact, string after, int limit, CancellationToken cancellation);

    /// <summary>This account has nothing about the other any more.</summary>
    Task RemoveHolderAsync(string contact, string holder, CancellationToken cancellation);

    /// <summary>Contact entries of an account about another with a seq over <paramref name="after"/>, oldest first.</summary>
    Task<IReadOnlyList<TimelineEntry>> ReadContactEntriesAsync(string account, string contact, long after, int limit, CancellationToken cancellation);

    /// <summary>Puts other data in the place of that of entries, all of them or none; entries that are gone stay gone.</summary>
    Task RewriteAsync(string account, IReadOnlyList<(long Seq, byte[] Data)> entries, CancellationToken cancellation);

    /// <summary>Groups that the log of an account has entries of.</summary>
    Task<IReadOnlyList<string>> ReadGroupsAsync(string account, CancellationToken cancellation);
}
