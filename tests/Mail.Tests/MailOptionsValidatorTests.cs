using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests;

public sealed class MailOptionsValidatorTests
{
    [Fact]
    public void Defaults_AreRight() => Assert.Empty(Faults([]));

    [Fact]
    public void Everything_ThatAnOperatorMaySet_IsReadFromConfiguration()
    {
        using var folder = new TempDirectory();
        using var authority = new TestAuthority();
        Assert.Empty(Faults(new()
        {
            ["AllowedHosts:0"] = "*.example.com",
            ["AllowedHosts:1"] = "10.1.0.0/16",
            ["DeniedHosts:0"] = "10.1.2.3",
            ["AllowedPorts:0"] = "993",
            ["NameServers:0"] = "127.0.0.1:5353",
            ["NameServers:1"] = "::1",
            ["TrustedAuthorities"] = authority.WriteAuthority(folder.Path),
            ["Domains:example.com:Imap:Host"] = "imap.example.com",
            ["Domains:example.com:Imap:Port"] = "993",
            ["Domains:example.com:Imap:Security"] = "Tls",
            ["Domains:example.com:CardDav"] = "https://dav.example.com/",
        }));
    }

    [Fact]
    public void AllFaults_AreReportedAtOnceWithTheirSettings()
    {
        var faults = Faults(new()
        {
            ["AllowedHosts:0"] = "not a host",
            ["DeniedHosts:0"] = "10.0.0.0/99",
            ["AllowedPorts:0"] = "0",
            ["NameServers:0"] = "dns.example.com",
            ["TrustedAuthorities"] = "/nowhere/at/all.pem",
            ["ConnectTimeout"] = "00:00:00",
            ["AnswerTimeout"] = "1.00:00:00",
            ["IdleRenewal"] = "00:30:00",
            ["MaxAnswerBytes"] = "1",
            ["MaxConnections"] = "5",
            ["MaxConnectionsPerHost"] = "6",
            ["RetryFirst"] = "00:10:00",
            ["SignIn"] = "9",
            ["Domains:bad domain:Imap:Host"] = "",
            ["Domains:example.com:Imap:Host"] = "imap.example.com",
            ["Domains:example.com:Imap:Port"] = "25",
            ["Domains:example.com:Smtp:Host"] = "smtp.example.com",
            ["Domains:example.com:Smtp:Port"] = "0",
            ["Domains:example.com:CardDav"] = "http://dav.example.com/",
            ["Domains:example.com:User"] = "ann",
        });

        string[] settings =
        [
            "AllowedHosts:0", "DeniedHosts:0", "AllowedPorts:0", "NameServers:0", "TrustedAuthorities", "ConnectTimeout", "AnswerTimeout",
            "IdleRenewal", "MaxAnswerBytes", "MaxConnectionsPerHost", "RetryMost", "SignIn", "Domains:bad domain", "Domains:bad domain:Imap:Host",
            "Domains:bad domain:Imap:Port", "Domains:example.com:Smtp:Port", "Domains:example.com:CardDav", "Domains:example.com:User",
        ];
        foreach (var setting in settings)
        {
            Assert.Contains(faults, fault => fault.StartsWith($"Mail:{setting} is ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Template_WithAServerThatMayNotBeReached_IsAFault()
    {
        var faults = Faults(new()
        {
            ["AllowedHosts:0"] = "*.example.com",
            ["Domains:example.com:Imap:Host"] = "imap.example.com",
            ["Domains:example.com:Imap:Port"] = "993",
            ["Domains:example.com:Smtp:Host"] = "smtp.example.com",
            ["Domains:example.com:Smtp:Port"] = "25",
            ["Domains:example.org:Imap:Host"] = "imap.example.org",
            ["Domains:example.org:Imap:Port"] = "993",
        });

        Assert.Equal(2, faults.Length);
        Assert.Contains(faults, fault => fault.StartsWith("Mail:Domains:example.com:Smtp is smtp.example.com:25", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.StartsWith("Mail:Domains:example.org:Imap is imap.example.org:993", StringComparison.Ordinal));
    }

    private static string[] Faults(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create("Mail:" + one.Key, one.Value))).Build();
        using var services = new ServiceCollection().AddMail(configuration).BuildServiceProvider();
        try
        {
            _ = services.GetRequiredService<IOptions<MailOptions>>().Value;
            return [];
        }
        catch (OptionsValidationException faults)
        {
            return [.. faults.Failures];
        }
    }
}
