using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrleansIM.Keys;

namespace OrleansIM.Grains.Keys;

/// <summary>Asks now and then that secrets are sealed with the newest key. Every silo does: whoever asks first has it done.</summary>
internal sealed partial class KeyWatch(IGrainFactory grains, IOptions<KeyRotationOptions> options, TimeProvider time, ILogger<KeyWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.CheckPeriod, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await grains.GetGrain<IKeyRotationGrain>(IKeyRotationGrain.Key).CheckAsync();
                }
#pragma warning disable CA1031 // It is asked again.
                catch (Exception failure)
#pragma warning restore CA1031
                {
                    LogNotChecked(logger, failure);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "It could not be looked whether secrets have to be sealed again; tried again later.")]
    private static partial void LogNotChecked(ILogger logger, Exception failure);
}
