namespace OrleansIM.Grains.Presence;

/// <summary>
/// What an owner says of an account. Two say something of the same account while it moves, or after it has: the last one
/// who had news is believed, and the others wait underneath until that one lets go. Immutable.
/// </summary>
/// <param name="Owner">Who says it.</param>
/// <param name="Restore">The number of the owner's restore that it came with, or after.</param>
/// <param name="What">What is said.</param>
/// <param name="Under">What the others say.</param>
internal sealed record Claim<T>(ShardOwner Owner, int Restore, T What, Claim<T>? Under)
{
    /// <summary>This owner's; null if it says nothing.</summary>
    public Claim<T>? Of(ShardOwner owner) => Owner == owner ? this : Under?.Of(owner);

    /// <summary>All but this owner's.</summary>
    public Claim<T>? Without(ShardOwner owner) => Owner == owner ? Under : Under is null ? this : this with { Under = Under.Without(owner) };

    /// <summary>These, and below all of them another one.</summary>
    public Claim<T> Above(Claim<T> last) => this with { Under = Under?.Above(last) ?? last };

    /// <summary>From the one that is believed down.</summary>
    public IEnumerable<Claim<T>> All()
    {
        for (var claim = this; claim is not null; claim = claim.Under)
        {
            yield return claim;
        }
    }
}

/// <summary>A silo, as a shard knows it.</summary>
internal sealed class ShardOwner
{
    public DateTimeOffset LeaseUntil { get; set; }

    /// <summary>How often it has begun to tell everything.</summary>
    public int Restores { get; set; }

    /// <summary>Whether it is just telling everything, so that nothing of it is news.</summary>
    public bool IsRestoring { get; set; }

    /// <summary>The number of its last call.</summary>
    public long Number { get; set; }
}
