using Microsoft.Extensions.Options;
using Orleans.Runtime;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Hosting.Storage.Postgres;

namespace OrleansIM.Silo.Storage.Postgres;

/// <summary>Makes the fence of a process in a cluster, and keeps it open while the process is a member.</summary>
internal sealed partial class WriteFenceRenewal(WriteFence fence, TimeProvider time, ILogger<WriteFenceRenewal> logger) : BackgroundService
{
    private const string Member = """
        SELECT count(*) FROM membership
        WHERE cluster = $1 AND address = $2 AND port = $3 AND generation = $4 AND status <> $5
        """;

    public static WriteFence Make(IServiceProvider services)
    {
        var node = services.GetRequiredService<IOptions<NodeOptions>>().Value;
        if (!node.Enabled)
        {
            return WriteFence.None;
        }

        // The others give a process up when as many answers are missing, the first of which may have been due at once.
        var validity = node.ProbeTimeout * Math.Max(1, node.MissedProbes - 1) * 0.75;
        var database = services.GetRequiredService<PostgresDatabase>();
        return new WriteFence(validity, IsMemberAsync, services.GetRequiredService<TimeProvider>());

        async Task<bool> IsMemberAsync()
        {
            var self = services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
            await using var command = database.Source.CreateCommand(Member);
            command.Parameters.Add(new() { Value = node.Id });
            command.Parameters.Add(new() { Value = self.Endpoint.Address.ToString() });
            command.Parameters.Add(new() { Value = self.Endpoint.Port });
            command.Parameters.Add(new() { Value = self.Generation });
            command.Parameters.Add(new() { Value = (int)SiloStatus.Dead });
            return (long)(await command.ExecuteScalarAsync())! > 0;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (fence == WriteFence.None)
        {
            return;
        }

        using var timer = new PeriodicTimer(fence.Validity / 3, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await RenewAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops; who still writes looks for itself.
        }
    }

    private async Task RenewAsync()
    {
        try
        {
            await fence.LookAsync();
        }
#pragma warning disable CA1031 // Who writes finds the same and says so to its caller.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotRenewed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "Membership could not be confirmed; writes wait for it.")]
    private partial void LogNotRenewed(Exception failure);
}
