using Npgsql;

namespace OrleansIM.Hosting.Storage.Postgres;

/// <summary>The operator's connection string, and what holds where it says nothing.</summary>
internal static class PostgresConnection
{
    private const string GssEncryption = "GSS Encryption Mode";

    /// <summary>
    /// Every connection is made with what this answers, the engine's too. The driver looks for Kerberos by itself, to encrypt
    /// with it; where there is no such library, as in the container images, the runtime writes that to the standard error.
    /// </summary>
    /// <param name="connectionString">Given back as it is if it cannot be read: whoever validates it says so.</param>
    public static string Complete(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (!settings.ShouldSerialize(GssEncryption))
            {
                settings.GssEncryptionMode = GssEncryptionMode.Disable;
            }

            return settings.ConnectionString;
        }
        catch (Exception malformed) when (StorageOptionsValidator.IsMalformed(malformed))
        {
            return connectionString;
        }
    }
}
