using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>What the framework would pass over without a word.</summary>
public sealed class CommandLineRulesTests
{
    [Theory]
    [InlineData("--Storage:Provider=sqlite")]
    [InlineData("--Storage:Provider", "sqlite")]
    [InlineData("--Storage:Provider", "sqlite", "--Accounts:Registration=Closed")]
    [InlineData("--Logging:AuditFile=")]
    [InlineData("--urls=http://127.0.0.1:0")]
    [InlineData]
    public void Settings_WithTheirValue_AreTaken(params string[] args) => Assert.Empty(CommandLineRules.Faults(args));

    [Theory]
    [InlineData("bogus")]
    [InlineData("help", "--Storage:Provider=sqlite")]
    public void Word_ThatIsNoCommand_IsNamedWithWhatThereIs(params string[] args) => Assert.Equal(
        [$"'{args[0]}' is no command. There is check, --version, --help, and settings, which look like --Section:Key=value."], CommandLineRules.Faults(args, "check"));

    [Theory]
    [InlineData("--urls=")]
    [InlineData("--Urls", "", "--Storage:Provider=sqlite")]
    public void Urls_WithoutAnAddress_AreRefused(params string[] args) =>
        Assert.StartsWith("--urls has no address.", Assert.Single(CommandLineRules.Faults(args)), StringComparison.Ordinal);

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
