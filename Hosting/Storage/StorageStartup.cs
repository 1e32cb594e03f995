using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Keys;

namespace OrleansIM.Hosting.Storage;

/// <summary>Opens the database before anything else of the host starts, and closes it after everything has stopped.</summary>
internal sealed partial class StorageStartup(IStorageDatabase database, StoredKeys keys, IOptions<KeyOptions> keyOptions, ILogger<StorageStartup> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var schema = await database.OpenAsync(cancellationToken);
        try
        {
            await keys.CheckAsync();
            if (keys.AreNone && keyOptions.Value.CertificateFile.Length == 0)
            {
                LogKeysAsTheyAre();
            }
        }
        catch
        {
            await database.CloseAsync();
            throw;
        }

        var (name, milliseconds) = (database.GetType().Name, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (schema.IsNewer)
        {
            LogOpenedNewer(name, milliseconds, schema.Found, schema.Oldest, schema.Known);
        }
        else
        {
            LogOpened(name, milliseconds);
        }
    }

    public async Task StoppedAsync(CancellationToken cancellationToken) => await database.CloseAsync();

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
