using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Hosting.Storage;

/// <summary>Section <c>Storage</c>: where everything durable is kept. Read once, at start.</summary>
public sealed class StorageOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Storage";

    /// <summary><see cref="Provider"/> for a file of this process.</summary>
    public const string SqliteProvider = "sqlite";

    /// <summary><see cref="Provider"/> for a PostgreSQL database, which a cluster needs.</summary>
    public const string PostgresProvider = "postgres";

    /// <summary><c>sqlite</c> (one process, one file) or <c>postgres</c> (any number of silos). Default: <c>sqlite</c>.</summary>
    public string Provider { get; set; } = SqliteProvider;

    /// <summary>
    /// The folder of the SQLite file, created if it is missing; relative to the working directory. One process at a
    /// time holds it. Default: <c>./data</c>.
    /// </summary>
    public string DataDirectory { get; set; } = "./data";

    /// <summary>The Npgsql connection string, for <c>postgres</c>. Default: none.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>What concerns SQLite alone.</summary>
    public SqliteOptions Sqlite { get; set; } = new();

    /// <summary>Whether the provider is PostgreSQL; anything else runs as SQLite or does not start.</summary>
    internal bool IsPostgres => string.Equals(Provider, PostgresProvider, StringComparison.OrdinalIgnoreCase);

    /// <summary>What connections are made with.</summary>
    internal string PostgresConnectionString => PostgresConnection.Complete(ConnectionString);

    /// <summary>Unvalidated: what is wrong with it is said when the host starts.</summary>
    internal static StorageOptions Read(IConfiguration configuration) => configuration.GetSection(Section).Get<StorageOptions>() ?? new();
}

/// <summary>Section <c>Storage:Sqlite</c>.</summary>
public sealed class SqliteOptions
{
    /// <summary>
    /// <c>Full</c>: a commit is on disk before anybody is told. <c>Normal</c>: the disk is synced at checkpoints only; a
    /// power failure or a crash of the operating system (not of this process) may lose the last seconds of what was
    /// acknowledged, never the file's consistency. Default: <c>Full</c>.
    /// </summary>
    public string Synchronous { get; set; } = "Full";
}
