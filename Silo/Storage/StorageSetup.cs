using Orleans.Runtime.Hosting;
using Orleans.Storage;
using OrleansIM.Grains;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Keys;
using OrleansIM.Grains.Timelines;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage.Postgres;
using OrleansIM.Silo.Storage.Sqlite;

namespace OrleansIM.Silo.Storage;

/// <summary>Everything durable, by the one setting <c>Storage:Provider</c>.</summary>
public static class StorageSetup
{
    private const string AdoNetRows = "state-rows";

    /// <summary>Adds the database and the timelines in it.</summary>
    public static IHostApplicationBuilder AddStorage(this IHostApplicationBuilder builder)
    {
        builder.AddDatabase();
        builder.Services.AddSingleton<JsonGrainStorageSerializer>().AddSingleton<AccountRows>();
        if (StorageOptions.Read(builder.Configuration).IsPostgres)
        {
            builder.Services.AddSingleton(WriteFenceRenewal.Make);
            builder.Services.AddHostedService<WriteFenceRenewal>();
            builder.Services.AddSingleton<ITimelineStore, PostgresTimelineStore>();
            builder.Services.AddSingleton<ISealedStates, PostgresSealedStates>();
            builder.Services.AddSingleton<IStoredAccounts, PostgresAccounts>();
            return builder;
        }

        builder.Services.AddSingleton<SqliteDatabase>();
        builder.Services.AddSingleton<IStorageDatabase>(provider => provider.GetRequiredService<SqliteDatabase>());
        builder.Services.AddSingleton<ITimelineStore, SqliteTimelineStore>();
        builder.Services.AddSingleton<ISealedStates, SqliteSealedStates>();
        builder.Services.AddSingleton<IStoredAccounts, SqliteAccounts>();
        return builder;
    }

    /// <summary>Adds grain state, under <see cref="StorageNames.State"/>, and reminders: the same database.</summary>
    public static ISiloBuilder AddGrainStorage(this ISiloBuilder silo, IConfiguration configuration)
    {
        var options = StorageOptions.Read(configuration);
        silo.Services.AddHostedService<KeyWatch>();
        if (options.IsPostgres)
        {
            silo.Services.AddGrainStorage(StorageNames.State, (provider, _) => new TextKeyGrainStorage(
                provider.GetRequiredKeyedService<IGrainStorage>(AdoNetRows), provider.GetRequiredService<WriteFence>()));
            silo.AddAdoNetGrainStorage(AdoNetRows, state => state.Configure<JsonGrainStorageSerializer>((storage, serializer) =>
            {
                storage.Invariant = DatabaseSetup.AdoNetInvariant;
                storage.ConnectionString = options.PostgresConnectionString;
                storage.GrainStorageSerializer = serializer;
                storage.DeleteStateOnClear = true;
            }));
            return silo.UseAdoNetReminderService(reminders =>
            {
                reminders.Invariant = DatabaseSetup.AdoNetInvariant;
                reminders.ConnectionString = options.PostgresConnectionString;
            });
        }

        silo.Services.AddGrainStorage(StorageNames.State, (provider, name) => ActivatorUtilities.CreateInstance<SqliteGrainStorage>(provider, name));
        silo.Services.AddSingleton<IReminderTable, SqliteReminderTable>();
        return silo.AddReminders();
    }
}
