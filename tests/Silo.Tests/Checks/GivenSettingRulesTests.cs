using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting;
using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Settings that nobody reads are not passed over where they look like ours.</summary>
public sealed class GivenSettingRulesTests
{
    private static readonly IReadOnlyDictionary<string, Type?> s_sections = Settings.Sections(("Accounts", typeof(Grains.Accounts.AccountOptions)));

    [Theory]
    [InlineData("Acounts:Registration", "Is Accounts:Registration meant?")]
    [InlineData("Gatway:Heartbeat", "Is Gateway:Heartbeat meant?")]
    [InlineData("Idnetity:Issuers:a:Account", "Is Identity:Issuers:a:Account meant?")]
    [InlineData("Acounts:Registraton", "Is Accounts:Registration meant?")]
    [InlineData("Acounts:x", "Is the section Accounts meant? It has Registration,")]
    [InlineData("Idnetity:Issuers:a:Nonsense", "Is the section Identity meant? It has ")]
    [InlineData("Lniks:x", "Is the section Links meant?")]
    [InlineData("Role", "Is Roles meant?")]
    [InlineData("Sotrage:Provider", "Is Storage:Provider meant?")]
    [InlineData("Nonsense:Key", "there is no section Nonsense")]
    [InlineData("verbose", "there is no section verbose")]
    public void CommandLine_UnknownSetting_IsRefused(string key, string said) =>
        Assert.Contains(said, Assert.Single(Unknown(key, SettingPlace.CommandLine)), StringComparison.Ordinal);

    [Theory]
    [InlineData("Accounts:Registration")]
    [InlineData("Logging:LogLevel:Default")]
    [InlineData("Serilog:MinimumLevel:Default")]
    [InlineData("Kestrel:Endpoints:A:Url")]
    [InlineData("AllowedHosts")]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS")]
    [InlineData("urls")]
    [InlineData("roles")]
    [InlineData("environment")]
    [InlineData("POD_IP")]
    public void CommandLine_KnownOrOfTheFramework_Passes(string key) => Assert.Empty(Unknown(key, SettingPlace.CommandLine));

    [Theory]
    [InlineData("Acounts:Registration", true)]
    [InlineData("TheGame:Maps", false)]
    [InlineData("PATH", false)]
    [InlineData("MALI", false)]
    public void FileAndEnvironment_OnlyWhatLooksLikeOurs_IsRefused(string key, bool isRefused)
    {
        Assert.Equal(isRefused, Unknown(key, SettingPlace.File).Length > 0);
        Assert.Equal(isRefused, Unknown(key, SettingPlace.Environment).Length > 0);
    }

    [Fact]
    public void Executable_MisspeltSectionOnItsCommandLine_DoesNotStart()
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => SiloApp.Create("--Acounts:Registration=Closed", "--Groups:MaxMember=5", "--Storage:Provder=postgres"));

        Assert.Contains(refusal.Failures, fault => fault.Contains("Is Accounts:Registration meant?", StringComparison.Ordinal));
        Assert.Contains(refusal.Failures, fault => fault.Contains("Is Groups:MaxMembers meant?", StringComparison.Ordinal));
        Assert.Contains(refusal.Failures, fault => fault.Contains("Is Storage:Provider meant?", StringComparison.Ordinal));
    }

    [Fact]
    public void Executable_PasswordOnItsCommandLine_DoesNotStartAndDoesNotSayIt()
    {
        var refusal = Assert.Throws<OptionsValidationException>(() => SiloApp.Create(
            "--Storage:Provider=postgres", "--Storage:ConnectionString=Host=127.0.0.1;Password=s3cret", "--Kestrel:Certificates:Default:Password=s3cret"));

        Assert.Contains(refusal.Failures, fault => fault.Contains("Storage__ConnectionString", StringComparison.Ordinal));
        Assert.Contains(refusal.Failures, fault => fault.Contains("Kestrel__Certificates__Default__Password", StringComparison.Ordinal));
        Assert.DoesNotContain("s3cret", refusal.Message + string.Concat(refusal.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void All_OfAConfiguration_HasThePlaceOfEach()
    {
        var configuration = new ConfigurationBuilder().AddCommandLine(["--A:B=1", "--C=2"]).AddInMemoryCollection([KeyValuePair.Create("D", (string?)"3")]).Build();

        Assert.Equal(["A:B (CommandLine)", "C (CommandLine)"], GivenSetting.All(configuration).Select(setting => setting.ToString()));
    }

    private static string[] Unknown(string key, SettingPlace place) => [.. GivenSettingRules.Unknown([new(key, "x", place)], s_sections)];
}
