using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Orleans.Storage;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>What a server still knows after it was stopped and started again.</summary>
public abstract class RestartContract : IAsyncLifetime
{
    private StorageHost _host = null!;

    public async Task InitializeAsync() => _host = await StorageHost.StartAsync(await SettingsAsync());

    public virtual async Task DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    /// <summary>The same database at every call.</summary>
    protected abstract Task<Dictionary<string, string?>> SettingsAsync();

    private async Task RestartAsync()
    {
        await _host.DisposeAsync();
        _host = await StorageHost.StartAsync(await SettingsAsync());
    }

    [SkippableFact]
    public async Task Grain_WrittenState_SurvivesARestart()
    {
        await _host.Grains.GetGrain<INoteGrain>("ann").WriteAsync("kept");
        await RestartAsync();

        Assert.Equal("kept", await _host.Grains.GetGrain<INoteGrain>("ann").ReadAsync());
    }

    [SkippableFact]
    public async Task Grain_ClearedState_CanBeWrittenAfterARestart()
    {
        var grain = _host.Grains.GetGrain<INoteGrain>("ann");
        await grain.WriteAsync("kept");
        await grain.ClearAsync();
        await RestartAsync();

        grain = _host.Grains.GetGrain<INoteGrain>("ann");
        Assert.Null(await grain.ReadAsync());
        await grain.WriteAsync("anew");
        Assert.Equal("anew", await grain.ReadAsync());
    }

    [SkippableFact]
    public async Task Grain_StateWrittenBehindIt_IsAConflict()
    {
        var grain = _host.Grains.GetGrain<INoteGrain>("ann");
        await grain.WriteAsync("one");
        var behind = new GrainState<NoteState>();
        await _host.State.ReadStateAsync("test-note", grain.GetGrainId(), behind);
        behind.State = new NoteState { Text = "two" };
        await _host.State.WriteStateAsync("test-note", grain.GetGrainId(), behind);

        await Assert.ThrowsAsync<InconsistentStateException>(() => grain.WriteAsync("three"));

        // The activation is gone with the conflict; the next one has read what is stored.
        await Eventually.TrueAsync(async () => await grain.ReadAsync() == "two", "a new activation that has read the stored state");
    }

    [SkippableFact]
    public async Task Reminder_Registered_SurvivesARestartUntilItIsRemoved()
    {
        var id = _host.Grains.GetGrain<INoteGrain>("ann").GetGrainId();
        await _host.Grains.GetGrain<INoteGrain>("ann").RemindAsync("daily");
        await RestartAsync();

        Assert.Equal("daily", Assert.Single((await _host.Reminders.ReadRows(id)).Reminders).ReminderName);
        Assert.True(await _host.Grains.GetGrain<INoteGrain>("ann").ForgetAsync("daily"));
        Assert.Empty((await _host.Reminders.ReadRows(id)).Reminders);
    }

    [SkippableFact]
    public async Task DataProtection_ProtectedText_IsReadAfterARestart()
    {
        var secret = Protector().Protect("s3cret");
        await RestartAsync();

        Assert.NotEmpty(await _host.Services.GetRequiredService<IStorageDatabase>().ReadKeysAsync());
        Assert.Equal("s3cret", Protector().Unprotect(secret));

        IDataProtector Protector() => _host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }

    [SkippableFact]
    public async Task HealthCheck_OpenDatabase_IsHealthyAndAfterStopIsNot()
    {
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync()).Status);

        await _host.Services.GetRequiredService<IStorageDatabase>().CloseAsync();
        await ((IAsyncDisposable)_host.Services.GetRequiredService<IStorageDatabase>()).DisposeAsync();

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync()).Status);

        async Task<HealthReportEntry> CheckAsync()
            => (await _host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"))).Entries["storage"];
    }
}

public sealed class SqliteRestartTests : RestartContract
{
    private readonly TempDirectory _folder = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override Task<Dictionary<string, string?>> SettingsAsync() => Task.FromResult(StorageHost.Sqlite(Path.Combine(_folder.Path, "new", "data")));
}

[Collection(PostgresCollection.Name)]
public sealed class PostgresRestartTests(PostgresServer server) : RestartContract
{
    private string? _connectionString;

    protected override async Task<Dictionary<string, string?>> SettingsAsync()
    {
        Skip.IfNot(server.IsAvailable, PostgresServer.MissingReason);
        return StorageHost.Postgres(_connectionString ??= await server.CreateDatabaseAsync());
    }
}
