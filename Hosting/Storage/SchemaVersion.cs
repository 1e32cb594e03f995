namespace OrleansIM.Hosting.Storage;

/// <summary>How the schema of a database and a program stand to one another.</summary>
/// <param name="Found">The version of the database, before this program brought it up to date.</param>
/// <param name="Oldest">The schema of the oldest programs that can work with it: what its steps say of themselves.</param>
/// <param name="Known">The newest schema that this program knows.</param>
internal readonly record struct SchemaVersion(int Found, int Oldest, int Known)
{
    /// <summary>From this one on a database says which programs can work with it, and programs ask.</summary>
    public const int SaysOldestSince = 5;

    /// <summary>What a database says of itself, of which the version is <see cref="SaysOldestSince"/> at least. Each step counts: one that breaks nothing does not mend what one before it broke.</summary>
    public const string OldestQuery = "SELECT max(coalesce(oldest_program, version)) FROM schema_version";

    /// <summary>Whether a newer program has migrated the database.</summary>
    public bool IsNewer => Found > Known;

    /// <summary>The database can be used, as it is or with the steps that it lacks.</summary>
    /// <exception cref="StorageException">A newer program has made something of it that this one cannot work with.</exception>
    public void Check(string database)
    {
        if (Known < Oldest)
        {
            throw new StorageException(
                $"{database} has schema version {Found}, which programs that know {Oldest} or later can work with, and this program knows versions up to {Known}. "
                + "It was used by a newer OrleansIM: run that version, or restore a backup made before the upgrade.");
        }
    }
}
