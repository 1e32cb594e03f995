using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Each item of the checklist of docs/security.md that can be seen in settings.</summary>
public sealed partial class HardeningRulesTests
{
    // Nothing to say but advice.
    private static readonly string[] s_safe = ["urls=https://0.0.0.0:443", "Gateway:MinPasswordLength=8"];

    /// <summary>The settings that make a finding, and its id.</summary>
    public static TheoryData<string, string, string> Findings { get; } = new()
    {
        { "edge-tls", "High", "urls=http://0.0.0.0:80" },
        { "edge-tls", "High", "urls=https://0.0.0.0:443;http://*:80" },
        { "edge-tls", "High", "Kestrel:Endpoints:A:Url=http://im.example.org:80" },
        { "edge-tls", "High", "urls=|http_ports=8080" },
        { "proxy-bypass", "Advice", "urls=http://0.0.0.0:80|forwardedHeaders_enabled=true" },
        { "password-length", "Medium", "Gateway:MinPasswordLength=7" },
        { "password-hash", "High", "Accounts:PasswordIterations=100000" },
        { "registration-open", "Advice", "" },
        { "keys-at-rest", "Advice", "" },
        { "keys-at-rest", "Medium", "Storage:Provider=postgres" },
        { "keys-at-rest", "Medium", "Roles=backend" },
        { "database-tls", "High", "Storage:Provider=postgres|Storage:ConnectionString=Host=db" },
        { "database-tls", "High", "Roles=backend|Storage:ConnectionString=Host=127.0.0.1,db:5433;Ssl Mode=Prefer" },
        { "database-tls", "Medium", "Storage:Provider=postgres|Storage:ConnectionString=Host=db;Ssl Mode=Require" },
        { "database-detail", "Medium", "Storage:Provider=postgres|Storage:ConnectionString=Host=/run;Include Error Detail=true" },
        { "cluster-tls", "Medium", "Cluster:Enabled=true" },
        { "mail-private-hosts", "High", "Mail:AllowPrivateHosts=true" },
        { "mail-any-host", "Advice", "" },
        { "mail-sign-in", "Advice", "Mail:SignIn=Full" },
        { "issuer-http", "High", "Identity:AllowHttpOnLoopback=true" },
        { "issuer-secret", "Medium", "Identity:Issuers:game:SecretFile=/secret" },
        { "issuer-prefix", "Medium", "Identity:Issuers:game:Account={sub}" },
        { "issuer-lifetime", "Advice", "Identity:Issuers:game:Account=game.{sub}" },
        { "audit-off", "Medium", "Serilog:MinimumLevel:Override:OrleansIM.Audit=Fatal" },
        { "admin-address", "High", "Admin:Url=http://0.0.0.0:5081" },
        { "metrics-address", "Advice", "Telemetry:MetricsUrl=http://0.0.0.0:9464" },
    };

    [Theory]
    [MemberData(nameof(Findings))]
    public void Look_Setting_IsFound(string id, string severity, string settings)
    {
        var finding = Assert.Single(Look([.. s_safe, .. settings.Split('|', StringSplitOptions.RemoveEmptyEntries)]), finding => finding.Id == id);
        Assert.Equal(severity, finding.Severity.ToString());
    }

    [Fact]
    public void Look_SafeSettings_AreNotUnsafe() => Assert.DoesNotContain(
        Look([
            .. s_safe, "Storage:Provider=postgres", "Storage:ConnectionString=Host=db;Ssl Mode=VerifyFull;Password=s3cret", "Keys:CertificateFile=/k", "Cluster:Enabled=true", "Cluster:Tls:CertificateFile=/c", "Admin:Url=http://127.0.0.1:5081",
            "Telemetry:MetricsUrl=off", "Accounts:Registration=Closed", "Mail:AllowedHosts:0=mail.example.org", "Mail:SignIn=Off", "Serilog:MinimumLevel:Override:OrleansIM.Audit=Information",
        ]),
        finding => finding.Severity != Severity.Advice);

    [Fact]
    public void Look_Defaults_AreNotUnsafe()
    {
        Assert.DoesNotContain(Look([]), finding => finding.Severity != Severity.Advice);
        Assert.Contains(Look([]), finding => finding.Id == "password-length");
    }

    [Theory]
    [InlineData("Closed")]
    [InlineData("invite")]
    public void Look_RegistrationThatIsNotOpen_IsNotNamed(string registration) =>
        Assert.DoesNotContain(Look([$"Accounts:Registration={registration}"]), finding => finding.Id == "registration-open");

    [Fact]
    public void Look_KeysUnderACertificate_AreNotNamed() =>
        Assert.DoesNotContain(Look(["Storage:Provider=postgres", "Keys:CertificateFile=/k"]), finding => finding.Id == "keys-at-rest");

    [Fact]
    public void Look_SecretsOnTheCommandLineOrInOpenFiles_AreFoundAndNotSaid()
    {
        var findings = HardeningRules.Look(new(
            new ConfigurationBuilder().Build(),
            [
                new("Storage:ConnectionString", "Host=db;Password=s3cret", SettingPlace.CommandLine), new("Admin:Secret", "s3cret", SettingPlace.File), new("Storage:ConnectionString", "Host=db", SettingPlace.File),
                new("Accounts:Issuers:0:Secret", "s3cret", SettingPlace.File), new("Accounts:Issuers:0:SecretFile", "/open/i", SettingPlace.File), new("Admin:Secret", "s3cret", SettingPlace.CommandLine),
                new("Admin:SecretFile", "/open/s", SettingPlace.Environment), new("Tls:KeyFile", "/closed/k", SettingPlace.File),
            ],
            "/open/settings.json",
            file => file.StartsWith("/open/", StringComparison.Ordinal)));

        // Each once, however many settings it is about.
        Assert.EndsWith(": Storage:ConnectionString, Admin:Secret.", Assert.Single(findings, finding => finding.Id == "secret-on-command-line").What, StringComparison.Ordinal);
        Assert.EndsWith(": Admin:Secret, Accounts:Issuers:0:Secret.", Assert.Single(findings, finding => finding.Id == "secret-in-config").What, StringComparison.Ordinal);
        Assert.EndsWith(" Accounts:Issuers:0:SecretFile, Admin:SecretFile.", Assert.Single(findings, finding => finding.Id == "secret-file-open").What, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", string.Concat(findings), StringComparison.Ordinal);
    }

    [Fact]
    public void Checklist_OfThePage_HasEveryRule()
    {
        var page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/security.md"));
        var listed = RuleId().Matches(page[page.IndexOf("## Checklist for operators", StringComparison.Ordinal)..]).Select(match => match.Groups[1].Value).ToHashSet();
        var rules = Findings.Select(row => (string)((object?[])row)[0]!).Concat(["secret-on-command-line", "secret-in-config", "secret-file-open"]).ToHashSet();

        Assert.Equal(rules.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
        var code = Directory.GetFiles(Path.Combine(Folder(), "../../../Hosting/Checks"), "HardeningRules*.cs").SelectMany(file => NewFinding().Matches(File.ReadAllText(file))).Select(match => match.Groups[1].Value).ToHashSet();
        Assert.Equal(rules.Order(StringComparer.Ordinal), code.Order(StringComparer.Ordinal));
        Assert.Equal(rules.Order(StringComparer.Ordinal), HardeningRules.Ids.Order(StringComparer.Ordinal));
    }

    private static IReadOnlyList<Finding> Look(string[] settings)
    {
        var configuration = new ConfigurationBuilder().AddCommandLine([.. settings.Select(setting => "--" + setting)]).Build();
        return HardeningRules.Look(new(configuration, [], "", _ => false));
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex("`([a-z]+-[a-z-]+)`")]
    private static partial Regex RuleId();

    [GeneratedRegex("new\\(\"([a-z-]+)\"")]
    private static partial Regex NewFinding();
}
