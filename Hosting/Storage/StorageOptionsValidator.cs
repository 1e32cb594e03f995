using Microsoft.Extensions.Options;
using Npgsql;

namespace OrleansIM.Hosting.Storage;

/// <summary>Collects every fault of the section. A connection string is never repeated: it may hold a password.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    private static readonly string[] Providers = [StorageOptions.SqliteProvider, StorageOptions.PostgresProvider];
    private static readonly string[] Levels = ["Full", "Normal"];

    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var connection = DescribeConnectionString(options.ConnectionString);
        return new OptionFaults(StorageOptions.Section)
            .Require(IsOneOf(options.Provider, Providers), "Provider", $"'{options.Provider}'", "'sqlite' (a file of this process) or 'postgres' (for a cluster)")
            .Require(options.IsPostgres || !string.IsNullOrWhiteSpace(options.DataDirectory), "DataDirectory", "empty", "a folder for the SQLite file, such as ./data")
            .Require(IsOneOf(options.Sqlite.Synchronous, Levels), "Sqlite:Synchronous", $"'{options.Sqlite.Synchronous}'", "'Full' (safe at power failure) or 'Normal' (faster)")
            .Require(!options.IsPostgres || connection is null, "ConnectionString", connection, "a PostgreSQL connection string, such as Host=db;Database=orleansim;Username=orleansim;Password=..., when Storage:Provider is 'postgres'")
            .Require(
                options.IsPostgres || string.IsNullOrWhiteSpace(options.ConnectionString),
                "Storage:ConnectionString is given, and Storage:Provider is not 'postgres': it would not be used. Set Storage:Provider to 'postgres', or leave the connection string out.")
            .Result();
    }

    private static bool IsOneOf(string? value, string[] allowed) => allowed.Contains(value, StringComparer.OrdinalIgnoreCase);

    /// <summary>What is wrong with it, or null.</summary>
    private static string? DescribeConnectionString(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return "empty";
        }

        try
        {
            return string.IsNullOrWhiteSpace(new NpgsqlConnectionStringBuilder(text).Host) ? "without a Host" : null;
        }
        catch (Exception malformed) when (IsMalformed(malformed))
        {
            return "not readable as a connection string";
        }
    }

    /// <summary>Whether it is what the driver says of a connection string that is none.</summary>
    internal static bool IsMalformed(Exception failure) =>
        failure is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException;
}
