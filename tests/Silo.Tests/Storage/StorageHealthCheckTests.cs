using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using OrleansIM.Hosting.Storage;
using OrleansIM.Silo.Storage;

namespace OrleansIM.Silo.Tests.Storage;

public sealed class StorageHealthCheckTests
{
    [Fact]
    public async Task Check_DatabaseThatHangs_IsUnhealthyAtTheLimitAndTheProbeIsCancelled()
    {
        var database = new HangingDatabase();
        var time = new FakeTimeProvider();
        var check = new StorageHealthCheck(database, time);

        var checking = check.CheckHealthAsync(new() { Registration = new("storage", check, HealthStatus.Unhealthy, []) });
        time.Advance(TimeSpan.FromSeconds(2));
        var result = await checking.WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(HealthStatus.Unhealthy, result.Status);
        Assert.Contains("2 s", result.Description!, StringComparison.Ordinal);
        Assert.True(database.Probed.IsCancellationRequested);
    }

    private sealed class HangingDatabase : IStorageDatabase
    {
        public CancellationToken Probed { get; private set; }

        public Task ProbeAsync(CancellationToken cancellation)
        {
            Probed = cancellation;
            return new TaskCompletionSource().Task;
        }

        public Task<SchemaVersion> OpenAsync(CancellationToken cancellation) => Task.FromResult(default(SchemaVersion));

        public Task<IReadOnlyList<string>> ReadKeysAsync() => Task.FromResult<IReadOnlyList<string>>([]);

        public Task AddKeyAsync(string name, string xml) => Task.CompletedTask;

        public Task RemoveKeyAsync(string xml) => Task.CompletedTask;

        public Task CloseAsync() => Task.CompletedTask;
    }
}
