using System.Data.Common;
using Orleans.Storage;

namespace Orleans.Configuration;

public class AdoNetGrainStorageOptions : IStorageProviderSerializerOptions
{
    public const int DEFAULT_INIT_STAGE = ServiceLifecycleStage.ApplicationServices;

    /// <summary>Of this and <see cref="DataSource"/>, exactly one.</summary>
    public string? ConnectionString { get; set; }
    public DbDataSource? DataSource { get; set; }
    public int InitStage { get; set; } = DEFAULT_INIT_STAGE;

    /// <summary>Solo knows "Npgsql".</summary>
    public string Invariant { get; set; } = "System.Data.SqlClient";

    /// <summary>Must write what the other engine reads, if the database is to move. Default: the one registered as a service.</summary>
    public IGrainStorageSerializer GrainStorageSerializer { get; set; } = null!;

    /// <summary>Delete the row when state is cleared instead of emptying it. Default: false.</summary>
    public bool DeleteStateOnClear { get; set; }
}

public class AdoNetReminderTableOptions
{
    public string? ConnectionString { get; set; }
    public DbDataSource? DataSource { get; set; }

    /// <summary>Solo knows "Npgsql".</summary>
    public string Invariant { get; set; } = null!;
}

public class AdoNetClusteringSiloOptions
{
    public string? ConnectionString { get; set; }
    public DbDataSource? DataSource { get; set; }
    public string Invariant { get; set; } = null!;
}
