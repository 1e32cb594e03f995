namespace OrleansIM.Grains.Keys;

/// <summary>Where the secrets are that are sealed with Data Protection keys.</summary>
public interface ISealedStates
{
    /// <summary>Addresses of mailboxes that are stored, in the order of their names, after <paramref name="after"/>.</summary>
    Task<IReadOnlyList<string>> ReadMailboxesAsync(string after, int limit, CancellationToken cancellation);
}
