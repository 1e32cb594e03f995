using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Keys;
using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Hosting.Storage;

/// <summary>The database that every process of a cluster shares.</summary>
public static class DatabaseSetup
{
    /// <summary>How the ADO.NET providers of Orleans call Npgsql.</summary>
    public const string AdoNetInvariant = "Npgsql";

    /// <summary>
    /// Adds the database, the keys of Data Protection in it, and the readiness probe (<c>storage</c>, tag <c>ready</c>). It
    /// is opened and migrated before any other service of the host starts, and closed after all have stopped. With
    /// another provider than PostgreSQL the caller brings the <see cref="IStorageDatabase"/>.
    /// </summary>
    public static IHostApplicationBuilder AddDatabase(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<StorageOptions>().Bind(builder.Configuration.GetSection(StorageOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<StorageOptions>, StorageOptionsValidator>();
        if (StorageOptions.Read(builder.Configuration).IsPostgres)
        {
            services.AddSingleton<PostgresDatabase>();
            services.AddSingleton<IStorageDatabase>(provider => provider.GetRequiredService<PostgresDatabase>());
        }

        services.AddHostedService<StorageStartup>();
        services.AddReadiness().AddCheck<StorageHealthCheck>("storage", tags: [GatewayServices.ReadyTag]);
        services.AddKeys(builder.Configuration);
        return builder;
    }

    /// <summary>Refuses to start beside another process on the same PostgreSQL database. The SQLite file is locked anyway.</summary>
    public static void AddSingleProcessClaim(this IHostApplicationBuilder builder)
    {
        if (StorageOptions.Read(builder.Configuration).IsPostgres)
        {
            builder.Services.AddHostedService<DatabaseClaim>();
        }
    }

    /// <summary>Every process of a cluster reads what another has protected: the same keys, and the same name for them.</summary>
    private static void AddKeys(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(KeyOptions.Section);
        services.AddOptions<KeyOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<KeyOptions>, KeyOptionsValidator>();
        services.AddSingleton<DatabaseKeyRepository>().AddSingleton<StoredKeys>();
        var protection = services.AddDataProtection().SetApplicationName("OrleansIM");

        // What cannot be read is told by the validator, with everything else that is wrong.
        var options = section.Read<KeyOptions>() ?? new();
        if (new KeyOptionsValidator().Validate(null, options).Succeeded && options.Load() is { } certificate)
        {
            protection.ProtectKeysWithCertificate(certificate).UnprotectKeysWithAnyCertificate([certificate, .. options.LoadOld()]);
        }
        else if (options.OldCertificateFiles.Length > 0 && new KeyOptionsValidator().Validate(null, options).Succeeded)
        {
            protection.UnprotectKeysWithAnyCertificate(options.LoadOld());
        }

        services.AddSingleton<IKeyManager>(provider => new WatchedKeyManager(
            ActivatorUtilities.CreateInstance<XmlKeyManager>(provider), provider.GetRequiredService<IOptions<KeyOptions>>().Value.RefreshPeriod));
        services.AddOptions<KeyManagementOptions>()
            .Configure<DatabaseKeyRepository>((keys, repository) => keys.XmlRepository = repository);
    }
}
