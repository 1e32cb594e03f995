using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OrleansIM.Hosting;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Parsing;

namespace OrleansIM.Silo.Tests.Hosting;

public sealed class FalseAlarmsTests
{
    private const string Warning =
        "Participant check thread has not completed for {TimeSinceLastTick}, potentially indicating lock contention or deadlock, CPU starvation, or another execution anomaly.";

    [Theory]
    [InlineData(1800, 2, true)]
    [InlineData(20, 3600, false)]
    public void WatchdogWarning_OfAStallLongerThanTheProcessLives_IsFalse(int stall, int age, bool isFalse) =>
        Assert.Equal(isFalse, FalseAlarms.Is(Line(Warning, TimeSpan.FromSeconds(stall)), TimeSpan.FromSeconds(age)));

    [Fact]
    public void AnotherWarning_WithAnyStall_IsLeftAlone() =>
        Assert.False(FalseAlarms.Is(Line(".NET Runtime Platform stalled for {TimeSinceLastTick}.", TimeSpan.FromDays(1)), TimeSpan.Zero));

    [Fact]
    public async Task HealthCheck_ThatIsLoggedWithEveryProbe_IsFalse()
    {
        var lines = new Lines();
        await using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddSerilog(new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger(), dispose: true))
            .AddHealthChecks().AddCheck("one", () => HealthCheckResult.Unhealthy("The database does not answer.")).Services
            .BuildServiceProvider();

        await services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        var line = Assert.Single(lines.Seen, line => line.Level >= LogEventLevel.Warning);
        Assert.Equal((LogEventLevel.Error, true), (line.Level, FalseAlarms.Is(line, TimeSpan.FromHours(1))));
    }

    [Fact]
    public void StartOfTheSilo_FailedOrBrokenOff_IsAnAlarmOnlyWhenItFailed()
    {
        Assert.True(FalseAlarms.Is(StartFailed(new TaskCanceledException()), TimeSpan.Zero));
        Assert.False(FalseAlarms.Is(StartFailed(new IOException("The disk is full.")), TimeSpan.Zero));

        static LogEvent StartFailed(Exception why) => new(
            DateTimeOffset.UnixEpoch, LogEventLevel.Error, why, new MessageTemplateParser().Parse("Exception during Silo.Start"), []);
    }

    /// <summary>The line as Serilog has it when it comes through Microsoft's logging, as Orleans' do.</summary>
    private static LogEvent Line(string template, TimeSpan stall)
    {
        var lines = new Lines();
        using var factory = new LoggerFactory().AddSerilog(new LoggerConfiguration().WriteTo.Sink(lines).CreateLogger(), dispose: true);
#pragma warning disable CA1848, CA1873, CA2254 // The template is what is tested.
        factory.CreateLogger("Orleans.Runtime.Watchdog").LogWarning(template, stall);
#pragma warning restore CA1848, CA1873, CA2254
        return Assert.Single(lines.Seen);
    }

    private sealed class Lines : ILogEventSink
    {
        public List<LogEvent> Seen { get; } = [];

        public void Emit(LogEvent logEvent) => Seen.Add(logEvent);
    }
}
