using System.Collections;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Checks;
using OrleansIM.Identity;
using OrleansIM.Mail;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Values that are not of their kind, as the server and <c>check</c> name them.</summary>
public sealed class UnreadableSettingsTests
{
    [Theory]
    [InlineData("Accounts:PasswordIterations", "many", "Accounts:PasswordIterations is 'many'; it has to be a whole number, such as 210000.")]
    [InlineData("Accounts:PasswordIterations", "99999999999", "Accounts:PasswordIterations is '99999999999'; it has to be a whole number, such as 210000.")]
    [InlineData("Accounts:SessionLease", "2 min", "Accounts:SessionLease is '2 min'; it has to be a time, hours:minutes:seconds, such as 00:02:00 (a day is 1.00:00:00).")]
    [InlineData("Accounts:SessionLease", "120", "Accounts:SessionLease is '120'; it has to be a time, hours:minutes:seconds, such as 00:02:00 (a day is 1.00:00:00).")]
    [InlineData("Accounts:Registration", "Invited", "Accounts:Registration is 'Invited'; it has to be Open, Invite or Closed.")]
    [InlineData("Accounts:Registration", "7", "Accounts:Registration is '7'; it has to be Open, Invite or Closed.")]
    [InlineData("Gateway:WebClient", "yes", "Gateway:WebClient is 'yes'; it has to be true or false.")]
    [InlineData("Gateway:MaxBodyBytes", "16k", "Gateway:MaxBodyBytes is '16k'; it has to be a whole number of bytes, such as 16384.")]
    [InlineData("Mail:LingerSeconds", "00:00:30", "Mail:LingerSeconds is '00:00:30'; it has to be a whole number of seconds, such as 30.")]
    [InlineData("Mail:Domains:example.com:CardDav", "http://", "Mail:Domains:example.com:CardDav is 'http://'; it has to be an address, such as https://example.com.")]
    [InlineData("Mail:AllowedPorts:0", "imaps", "Mail:AllowedPorts:0 is 'imaps'; it has to be a whole number, such as 10.")]
    [InlineData("Mail:AllowedHosts", "mail.example.com", "Mail:AllowedHosts is 'mail.example.com'; it has to be a list: number what is in it, such as Mail:AllowedHosts:0=mail.example.com.")]
    [InlineData("Identity:Issuers", "game", "Identity:Issuers is 'game'; it has to be settings by name, such as Identity:Issuers:NAME:…=….")]
    [InlineData("Identity:Issuers:game:ClockSkew", "short", "Identity:Issuers:game:ClockSkew is 'short'; it has to be a time, hours:minutes:seconds, such as 00:00:30 (a day is 1.00:00:00).")]
    [InlineData("Telemetry:TraceShare", "half", "Telemetry:TraceShare is 'half'; it has to be a number, such as 0.5.")]
    [InlineData("Storage", "postgres", "Storage is 'postgres'; it has to be a section: give its settings one by one, such as Storage:Provider=sqlite.")]
    [InlineData("Timelines:MaxEntries", "all", "Timelines:MaxEntries is 'all'; it has to be a whole number, such as 10.")]
    public void Value_NotOfItsKind_IsNamedWithWhatItHasToBe(string key, string value, string fault) =>
        Assert.Contains(fault, Faults($"--{key}={value}"));

    [Theory]
    [InlineData("Gateway:DrainSpread", "0")]
    [InlineData("Timelines:MaxAge", "")]
    [InlineData("Accounts:Registration", "invite")]
    [InlineData("Gateway:TokenLifetime", "30.00:00:00")]
    public void Value_ThatCanBeRead_IsTaken(string key, string value) => Assert.Empty(Faults($"--{key}={value}"));

    [Fact]
    public void Values_SeveralThatCannotBeReadAndOthers_AreNamedInOneGo()
    {
        var faults = Faults(
            "--Accounts:SessionLease=soon", "--Gateway:Heartbeat=often", "--Cluster:StopTimeout=later", "--Keys:RefreshPeriod=never", "--Tls:CheckEvery=x",
            "--Telemetry:TraceShare=y", "--Memory:TrimUpTo=z", "--Accounts:MaxContacts=0", "--Accounts:MaxContact=5", "--Storage:Provider=mysql");

        foreach (var name in (string[])["Accounts:SessionLease", "Gateway:Heartbeat", "Cluster:StopTimeout", "Keys:RefreshPeriod", "Tls:CheckEvery",
            "Telemetry:TraceShare", "Memory:TrimUpTo", "Accounts:MaxContacts is 0; it", "Accounts:MaxContact is no setting.", "Storage:Provider is 'mysql'; it"])
        {
            Assert.True(faults.Count(fault => fault.StartsWith(name + " ", StringComparison.Ordinal)) == 1, $"{name}: {string.Join('\n', faults)}");
        }
    }

    [Fact]
    public void EverySetting_WithNonsense_IsNamedWithoutATypeOfTheFramework()
    {
        string[] keys =
        [
            .. Keys("Accounts", typeof(Grains.Accounts.AccountOptions)), .. Keys("Gateway", typeof(Gateway.GatewayOptions)), .. Keys("Mail", typeof(MailOptions)),
            .. Keys("Identity", typeof(IdentityOptions)), .. Keys("Timelines", typeof(Grains.Timelines.TimelineOptions)), .. Keys("Presence", typeof(Grains.Presence.PresenceOptions)),
            .. Keys("Keys", typeof(OrleansIM.Hosting.Keys.KeyOptions)), .. Keys("Cluster", typeof(OrleansIM.Hosting.Cluster.NodeOptions)),
        ];

        var faults = Faults([.. keys.Select(key => $"--{key}=non sense")]);

        Assert.All(keys, key => Assert.Single(faults, fault => fault.StartsWith($"{key} is 'non sense'; it has to be ", StringComparison.Ordinal)));
        Assert.All(faults, fault => Assert.DoesNotContain("System.", fault, StringComparison.Ordinal));
    }

    [Fact]
    public void Value_OfASecretOrLong_IsNotRepeated()
    {
        Assert.Equal(["Admin:Secret"], Unreadable("Admin", typeof(Named), ("Admin:Secret", "s3cret")).Select(one => one.Key));
        Assert.DoesNotContain("s3cret", Assert.Single(Unreadable("Admin", typeof(Named), ("Admin:Secret", "s3cret"))).Text, StringComparison.Ordinal);
        Assert.EndsWith("…'; it has to be true or false.", Assert.Single(Faults($"--Gateway:WebClient={new string('x', 500)}")), StringComparison.Ordinal);
    }

    [Fact]
    public void Message_OfAFileThatIsNotThere_EndsOnce()
    {
        var fault = Assert.Single(Faults("--urls=https://127.0.0.1:0", "--Tls:CertificateFile=/nope"));

        Assert.Contains("/nope", fault, StringComparison.Ordinal);
        Assert.EndsWith(".", fault, StringComparison.Ordinal);
        Assert.DoesNotContain("..", fault, StringComparison.Ordinal);
    }

    private sealed class Named
    {
        public int Secret { get; set; }
    }

    private static UnreadableSettings.Fault[] Unreadable(string section, Type options, params (string Key, string Value)[] given) =>
        [.. UnreadableSettings.In(new ConfigurationBuilder().AddInMemoryCollection(given.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build().GetSection(section), options)];

    private static IEnumerable<string> Keys(string section, Type options) => options.GetProperties()
        .Where(property => property.CanWrite && property.PropertyType != typeof(string) && !typeof(IEnumerable).IsAssignableFrom(property.PropertyType) && property.PropertyType.Assembly != options.Assembly)
        .Select(property => $"{section}:{property.Name}");

    private static string[] Faults(params string[] settings)
    {
        try
        {
            using var app = SiloApp.Create(["--urls=http://127.0.0.1:0", .. settings]) as IDisposable;
            return [];
        }
        catch (OptionsValidationException wrong)
        {
            return [.. wrong.Failures];
        }
    }
}
