using Xunit.Sdk;

namespace OrleansIM.Deploy.Tests;

/// <summary>The look at a container's environment finds what is wrong with it.</summary>
public sealed class SettingsOfTests
{
    [SkippableTheory]
    [InlineData("Telemetri__MetricsUrl", "http://0.0.0.0:9464")]
    [InlineData("Telemetry__MetricUrl", "http://0.0.0.0:9464")]
    [InlineData("Telemetry__MetricsUrl", "9464")]
    [InlineData("Cluster__StopTimeout", "soon")]
    [InlineData("Roles", "everything")]
    public void Check_OfASettingThatIsNone_Fails(string name, string value)
    {
        Skip.If(Repository.Engine == "Solo", "Only the engine Orleans clusters.");
        var environment = new Dictionary<string, string> { ["Roles"] = "backend", ["Storage__ConnectionString"] = "Host=database;Database=orleansim" };
        SettingsOf.Check("orleansim/silo", environment);

        environment[name] = value;

        Assert.ThrowsAny<XunitException>(() => SettingsOf.Check("orleansim/silo", environment));
    }
}
