using Microsoft.Extensions.Logging.Abstractions;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class TimelineTrimmerTests
{
    /// <summary>While a host still starts, it takes a service that was cancelled for one that has failed.</summary>
    [Fact]
    public async Task Stop_WhileItWorks_IsNoFailure()
    {
        var time = new AskedTime();
        using var trimmer = new TimelineTrimmer(new MemoryTimelineStore(), time, NullLogger<TimelineTrimmer>.Instance);
        await trimmer.StartAsync(CancellationToken.None);
        trimmer.Trim("ann", upTo: 1);
        await time.Asked.WaitAsync(TimeSpan.FromSeconds(60));

        await trimmer.StopAsync(CancellationToken.None);

        await trimmer.ExecuteTask!;
    }

    /// <summary>Tells that somebody has begun to measure.</summary>
    private sealed class AskedTime : TimeProvider
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Asked => _asked.Task;

        public override long GetTimestamp()
        {
            _asked.TrySetResult();
            return base.GetTimestamp();
        }
    }
}
