using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrleansIM.Hosting.Cluster;

namespace OrleansIM.Silo.Tests.Cluster;

public sealed class BackendReadinessTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly BackendReadiness _readiness = new(s_patience);
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Judge_NoneSinceTheStart_IsNotReadyHoweverLong()
    {
        Assert.Equal(HealthStatus.Unhealthy, Judge(0));
        var later = Judge(0, after: TimeSpan.FromHours(1));
        Assert.Equal(HealthStatus.Unhealthy, later);
    }

    [Fact]
    public void Judge_OneOfSeveralGone_IsReadyAsBefore()
    {
        Assert.Equal(HealthStatus.Healthy, Judge(3));
        Assert.Equal(HealthStatus.Healthy, Judge(1, after: TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public void Judge_TheLastGone_IsReadyForThePatienceAndThenNot()
    {
        Judge(1);
        Assert.Equal(HealthStatus.Degraded, Judge(0, after: TimeSpan.FromSeconds(1)));
        Assert.Equal(HealthStatus.Degraded, Judge(0, after: s_patience - TimeSpan.FromTicks(1)));
        Assert.Equal(HealthStatus.Unhealthy, Judge(0, after: TimeSpan.FromTicks(1)));
    }

    [Fact]
    public void Judge_TheLastGoneWhileNobodyAsked_CountsFromWhenItIsSeen()
    {
        Judge(1);
        Assert.Equal(HealthStatus.Degraded, Judge(0, after: TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Judge_OneIsBack_BeginsAnew()
    {
        Judge(1);
        Judge(0);
        Assert.Equal(HealthStatus.Unhealthy, Judge(0, after: s_patience));
        Assert.Equal(HealthStatus.Healthy, Judge(1));
        Assert.Equal(HealthStatus.Degraded, Judge(0, after: s_patience));
    }

    [Fact]
    public void Judge_NotReady_SaysWhy()
    {
        Assert.Equal("No process with accounts is known yet.", _readiness.Judge(0, _now).Description);
        Assert.Equal("No process with accounts is known after 30 s.", _readiness.Judge(0, _now + s_patience).Description);
        Judge(1);
        Judge(0);
        Assert.Equal("No process with accounts for 31 s.", _readiness.Judge(0, _now + TimeSpan.FromSeconds(31)).Description);
    }

    [Fact]
    public void Judge_NotReady_IsInOrderForThePatienceAndNoLonger()
    {
        Assert.NotEmpty(_readiness.Judge(0, _now).Data);
        Assert.Empty(_readiness.Judge(0, _now + s_patience).Data);
    }

    private HealthStatus Judge(int backends, TimeSpan after = default) => _readiness.Judge(backends, _now += after).Status;
}
