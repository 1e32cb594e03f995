using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage;

public sealed class StorageHealthCheckTests
{
    [Fact]
    public async Task Check_DatabaseThatHangs_IsUnhealthyAtTheLimitAndTheProbeIsCancelled()
    {
        var database = new HangingDatabase();
        var check = new StorageHealthCheck(database, new HurriedTime());

        var result = await check.CheckHealthAsync(new() { Registration = new("storage", check, HealthStatus.Unhealthy, []) }).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("2 s", result.Description!, StringComparison.Ordinal);
        Assert.True(database.Probed.IsCancellationRequested);
    }

    /// <summary>Every timer is due at once.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
            => base.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private sealed class HangingDatabase : IStorageDatabase
    {
        public CancellationToken Probed { get; private set; }

        public Task ProbeAsync(CancellationToken cancellation)
        {
            Probed = cancellation;
            return new TaskCompletionSource().Task;
        }

        public Task OpenAsync(CancellationToken cancellation) => Task.CompletedTask;

        public Task<IReadOnlyList<string>> ReadKeysAsync() => Task.FromResult<IReadOnlyList<string>>([]);

        public Task AddKeyAsync(string name, string xml) => Task.CompletedTask;

        public Task RemoveKeyAsync(string xml) => Task.CompletedTask;

        public Task CloseAsync() => Task.CompletedTask;
    }
}
