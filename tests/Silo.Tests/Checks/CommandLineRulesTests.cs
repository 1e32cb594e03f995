using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>What the framework would pass over without a word.</summary>
public sealed class CommandLineRulesTests
{
    [Theory]
    [InlineData("--Storage:Provider=sqlite")]
    [InlineData("--Storage:Provider", "sqlite")]
    [InlineData("--Storage:Provider", "sqlite", "--Accounts:Registration=Closed")]
    [InlineData]
    public void Settings_WithTheirValue_AreTaken(params string[] args) => Assert.Empty(CommandLineRules.Faults(args));

    [Theory]
    [InlineData("--Mail:AllowPrivateHosts has no value.", "--Mail:AllowPrivateHosts", "--Accounts:Registration=Closed")]
    [InlineData("--Storage:Provider has no value.", "--Storage:Provider")]
    [InlineData("argument 1 is no setting.", "Storage:Provider=s3cret")]
    [InlineData("argument 3 is no setting.", "--Storage:Provider", "sqlite", "s3cret")]
    [InlineData("argument 1 is no setting.", "-Storage:Provider=sqlite")]
    public void Arguments_ThatNobodyWouldRead_AreNamedWithoutTheirValue(string fault, params string[] args)
    {
        var said = Assert.Single(CommandLineRules.Faults(args));

        Assert.StartsWith(fault, said, StringComparison.Ordinal);
        Assert.Contains("--Section:Key=value", said, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", said, StringComparison.Ordinal);
    }
}
