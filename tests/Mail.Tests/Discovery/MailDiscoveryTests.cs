using OrleansIM.Mail.Tests.Network;

namespace OrleansIM.Mail.Tests.Discovery;

public sealed class MailDiscoveryTests
{
    private readonly Records _records = new();

    [Fact]
    public async Task Find_DomainWithATemplate_TakesItAndAsksNoDns()
    {
        var found = await FindAsync("Ann.Smith@Example.com", options => options.Domains["example.com"] = new MailDomain
        {
            Imap = new MailDomainServer { Host = "imap.example.net", Port = 993 },
            Smtp = new MailDomainServer { Host = "smtp.example.net", Port = 587, Security = MailSecurity.StartTls },
            CardDav = new Uri("https://dav.example.net"),
            User = "{local}",
            KeepsSent = true,
        });

        Assert.Equal(new MailServer("imap.example.net", 993, MailSecurity.Tls), found.Imap);
        Assert.Equal(new MailServer("smtp.example.net", 587, MailSecurity.StartTls), found.Smtp);
        Assert.Equal(("Ann.Smith", true, true), (found.User, found.KeepsSent, found.IsTemplate));
        Assert.Empty(found.Outside);
        Assert.Empty(_records.Asked);
    }

    [Fact]
    public async Task Find_RecordsOfAll_PrefersTlsFromTheFirstByte()
    {
        _records.Add("_imaps._tcp.example.com", new ServiceRecord(0, 1, 993, "imap.example.com"));
        _records.Add("_imap._tcp.example.com", new ServiceRecord(0, 1, 143, "imap.example.com"));
        _records.Add("_submissions._tcp.example.com", new ServiceRecord(0, 1, 465, "smtp.example.com"));
        _records.Add("_submission._tcp.example.com", new ServiceRecord(0, 1, 587, "smtp.example.com"));
        _records.Add("_carddavs._tcp.example.com", new ServiceRecord(0, 1, 8443, "dav.example.com"));
        _records.Texts["_carddavs._tcp.example.com"] = ["other=1", "path=/dav/start"];

        var found = await FindAsync("ann@example.com");

        Assert.Equal(new MailServer("imap.example.com", 993, MailSecurity.Tls), found.Imap);
        Assert.Equal(new MailServer("smtp.example.com", 465, MailSecurity.Tls), found.Smtp);
        Assert.Equal(new Uri("https://dav.example.com:8443/dav/start"), found.CardDav);
        Assert.Equal("ann@example.com", found.User);
        Assert.Empty(found.Outside);
    }

    [Fact]
    public async Task Find_TlsNotOffered_TakesStartTls()
    {
        _records.Add("_imaps._tcp.example.com", new ServiceRecord(0, 0, 0, ""));
        _records.Add("_imap._tcp.example.com", new ServiceRecord(0, 1, 143, "imap.example.com"));

        var found = await FindAsync("ann@example.com");

        Assert.Equal(new MailServer("imap.example.com", 143, MailSecurity.StartTls), found.Imap);
        Assert.Null(found.Smtp);
        Assert.Null(found.CardDav);
    }

    [Fact]
    public async Task Find_TargetsOutsideTheDomain_AreNamed()
    {
        _records.Add("_imaps._tcp.example.com", new ServiceRecord(0, 1, 993, "imap.hoster.example"));
        _records.Add("_submissions._tcp.example.com", new ServiceRecord(0, 1, 465, "notexample.com"));
        _records.Add("_carddavs._tcp.example.com", new ServiceRecord(0, 1, 443, "a.b.example.com"));

        Assert.Equal(["imap.hoster.example", "notexample.com"], (await FindAsync("ann@example.com")).Outside);
    }

    [Fact]
    public async Task Find_PlainCardDav_IsForPrivateNetworksOnly()
    {
        _records.Add("_carddav._tcp.example.com", new ServiceRecord(0, 1, 5232, "dav.example.com"));

        Assert.Null((await FindAsync("ann@example.com")).CardDav);
        Assert.Equal(new Uri("http://dav.example.com:5232/"), (await FindAsync("ann@example.com", options => options.AllowPrivateHosts = true)).CardDav);
    }

    [Fact]
    public async Task Find_DnsIsSilent_IsUnreachableInTime()
    {
        _records.IsSilent = true;

        var failure = await Assert.ThrowsAsync<MailException>(
            () => FindAsync("ann@example.com", options => options.ConnectTimeout = TimeSpan.FromMilliseconds(100)));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Theory]
    [InlineData(0.0, "a")]
    [InlineData(0.24, "a")]
    [InlineData(0.26, "b")]
    [InlineData(0.99, "b")]
    public void Choose_SamePriority_ByWeight(double roll, string target)
    {
        ServiceRecord[] records = [new(20, 100, 1, "c.x"), new(10, 3, 1, "b.x"), new(10, 1, 1, "a.x")];

        Assert.Equal(target + ".x", ServiceChoice.Choose(records, roll)?.Target);
    }

    [Fact]
    public void Choose_NothingUsable_IsNothing()
        => Assert.Null(ServiceChoice.Choose([new(0, 0, 0, "a.x"), new(0, 0, 993, ""), new(0, 0, 993, "not a host")], 0.5));

    private Task<DiscoveredMail> FindAsync(string address, Action<MailOptions>? set = null)
        => new MailDiscovery(_records, MailServices.Wrap(set), TimeProvider.System).FindAsync(address, CancellationToken.None);

    private sealed class Records : IServiceRecords
    {
        private readonly Dictionary<string, List<ServiceRecord>> _services = [];

        public Dictionary<string, string[]> Texts { get; } = [];

        public List<string> Asked { get; } = [];

        public bool IsSilent { get; set; }

        public void Add(string name, ServiceRecord record)
        {
            _services.TryAdd(name, []);
            _services[name].Add(record);
        }

        public async Task<IReadOnlyList<ServiceRecord>> FindAsync(string name, CancellationToken cancellation)
        {
            Asked.Add(name);
            if (IsSilent)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return _services.TryGetValue(name, out var found) ? found : [];
        }

        public Task<IReadOnlyList<string>> FindTextsAsync(string name, CancellationToken cancellation)
            => Task.FromResult<IReadOnlyList<string>>(Texts.GetValueOrDefault(name) ?? []);
    }
}
