namespace OrleansIM.Client;

/// <summary>
/// Where a client keeps what it knows on this device: records by scope (the server and the account that signed in) and
/// key. <see cref="FileStore"/> and <see cref="MemoryStore"/> are there; anything that keeps texts can be another one.
/// Called from any thread, and by several clients at once where they share it. What it throws is reported once
/// (<see cref="ImClientOptions.HandlerError"/>), and the client goes on without it. It belongs to the app: a client that
/// is disposed lets go of it and does not dispose it.
/// </summary>
public interface IStore
{
    /// <summary>All records of a scope, in any order; none if there is no such scope.</summary>
    Task<IReadOnlyList<StoredRecord>> ReadAsync(string scope, CancellationToken ct = default);

    /// <summary>
    /// Puts and removes records, in their order: all of them or none where the store can. A record with a rank does not
    /// replace one of a higher rank, so that a slow program does not undo what a fast one wrote.
    /// </summary>
    Task WriteAsync(string scope, IReadOnlyList<StoredRecord> records, CancellationToken ct = default);

    /// <summary>Removes all records of a scope.</summary>
    Task ClearAsync(string scope, CancellationToken ct = default);

    /// <summary>
    /// Takes the place of an owner of unsent messages, which only one can have at a time, of all programs that use the
    /// store. A client has its own while it lives. It takes that of another to take up what that one left: having got it,
    /// it knows that the other is gone, and nobody else can take up the same.
    /// </summary>
    /// <param name="scope">The scope.</param>
    /// <param name="owner">The owner, a short text of letters and digits.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>Dispose it to give the place back; it also ends with the program. Null if somebody has it.</returns>
    Task<IAsyncDisposable?> TryClaimAsync(string scope, string owner, CancellationToken ct = default);
}

/// <summary>One record of a local store.</summary>
/// <param name="Key">Its key. What comes before the first <c>/</c> is the account of the session that it belongs to.</param>
/// <param name="Value">JSON text. Null: the record is to be removed.</param>
/// <param name="Rank">Which of two is the newer one. Default: null, the later write is.</param>
public sealed record StoredRecord(string Key, string? Value, long? Rank = null);
