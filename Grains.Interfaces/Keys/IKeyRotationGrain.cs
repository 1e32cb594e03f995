namespace OrleansIM.Keys;

/// <summary>
/// A new Data Protection key, and every stored secret sealed again under it while everything runs (key: <see cref="Key"/>).
/// Only operators and the silos themselves call this.
/// </summary>
[Alias("im.IKeyRotationGrain")]
public interface IKeyRotationGrain : IGrainWithStringKey
{
    /// <summary>The one there is.</summary>
    const string Key = "keys";

    /// <summary>
    /// Makes a new key, and seals everything again as soon as every process has it. Refused: <c>conflict</c> (that is under way).
    /// </summary>
    [Alias("Rotate")]
    Task<Outcome<KeyRotation>> RotateAsync();

    /// <summary>How far it is.</summary>
    [Alias("Describe")]
    Task<KeyRotation> DescribeAsync();

    /// <summary>
    /// Removes the keys from before the last rotation. Refused: <c>conflict</c> while something may still need them: sealing is
    /// under way or has failed somewhere, or (unless forced) tokens that were sealed with them may live. A removed key opens
    /// nothing: forced, its tokens are dead.
    /// </summary>
    [Alias("Retire")]
    Task<Outcome<KeyRotation>> RetireAsync(TimeSpan tokenLifetime, bool force);

    /// <summary>Goes on with what was begun, and begins after a key that was made by itself. Called now and then.</summary>
    [Alias("Check")]
    Task CheckAsync();
}

/// <summary>How far the sealing of secrets is.</summary>
[GenerateSerializer, Immutable, Alias("im.KeyRotation")]
public sealed record KeyRotation
{
    /// <summary>The key everything is sealed with, or is to be; null before the first check.</summary>
    [Id(0)] public Guid? KeyId { get; init; }
    [Id(1)] public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When every process has the key: sealing begins then.</summary>
    [Id(2)] public DateTimeOffset? ActiveAt { get; init; }

    /// <summary>When everything was sealed; null while that is under way.</summary>
    [Id(3)] public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Secrets that have been looked at.</summary>
    [Id(4)] public int Done { get; init; }

    /// <summary>Secrets that could not be opened: their key is gone. Their owners have to bind the mailbox again.</summary>
    [Id(5)] public int Unreadable { get; init; }

    /// <summary>Keys from before that are still there.</summary>
    [Id(6)] public int OldKeys { get; init; }
}
