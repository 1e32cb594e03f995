namespace OrleansIM.Hosting.Storage;

/// <summary>The database of the configured provider, as far as its tables are nobody else's business.</summary>
internal interface IStorageDatabase
{
    /// <summary>
    /// Opens it and brings its schema up to date, or leaves a newer one as it is which this program can work with: says what
    /// it found. Concurrent starts wait for one another.
    /// </summary>
    /// <exception cref="StorageException">It cannot be used; the message says which setting to mend.</exception>
    Task<SchemaVersion> OpenAsync(CancellationToken cancellation);

    /// <summary>The smallest possible read: returns if the database answers.</summary>
    Task ProbeAsync(CancellationToken cancellation);

    /// <summary>Every Data Protection key, as XML.</summary>
    Task<IReadOnlyList<string>> ReadKeysAsync();

    /// <summary>Stores a Data Protection key.</summary>
    Task AddKeyAsync(string name, string xml);

    /// <summary>Removes a Data Protection key, which is named by its XML.</summary>
    Task RemoveKeyAsync(string xml);

    /// <summary>Finishes what was accepted and lets go of the database, so that another process may take it.</summary>
    Task CloseAsync();
}
