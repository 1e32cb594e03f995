using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Network;

namespace OrleansIM.Mail.Tests.Discovery;

/// <summary>Discovery over real DNS packets.</summary>
public sealed class DnsServiceRecordsTests
{
    [Fact]
    public async Task Find_RecordsInDns_GivesServers()
    {
        await using var dns = new DnsResponder();
        dns.AddService("_imaps._tcp.example.com", 20, 0, 993, "backup.example.com.");
        dns.AddService("_imaps._tcp.example.com", 10, 5, 1993, "imap.example.com.");
        dns.AddService("_submissions._tcp.example.com", 0, 0, 0, ".");
        dns.AddService("_submission._tcp.example.com", 0, 0, 587, "smtp.hoster.example.");
        dns.AddService("_carddavs._tcp.example.com", 0, 0, 443, "dav.example.com.");
        dns.AddText("_carddavs._tcp.example.com", "path=/dav");
        await using var services = MailServices.Create(options => options.NameServers.Add(dns.Address));

        var found = await services.GetRequiredService<MailDiscovery>().FindAsync("ann@example.com", CancellationToken.None);

        Assert.Equal(new MailServer("imap.example.com", 1993, MailSecurity.Tls), found.Imap);
        Assert.Equal(new MailServer("smtp.hoster.example", 587, MailSecurity.StartTls), found.Smtp);
        Assert.Equal(new Uri("https://dav.example.com/dav"), found.CardDav);
        Assert.Equal(["smtp.hoster.example"], found.Outside);
    }

    [Fact]
    public async Task Find_DomainThatSaysNothing_GivesNoServers()
    {
        await using var dns = new DnsResponder();
        await using var services = MailServices.Create(options => options.NameServers.Add(dns.Address));

        var found = await services.GetRequiredService<MailDiscovery>().FindAsync("ann@example.com", CancellationToken.None);

        Assert.Null(found.Imap);
        Assert.Null(found.Smtp);
        Assert.Null(found.CardDav);
    }

    [Fact]
    public async Task Find_DnsServerIsSilent_IsUnreachableInTime()
    {
        await using var dns = new DnsResponder { IsSilent = true };
        await using var services = MailServices.Create(options =>
        {
            options.NameServers.Add(dns.Address);
            options.ConnectTimeout = TimeSpan.FromMilliseconds(300);
        });

        var failure = await Assert.ThrowsAsync<MailException>(
            () => services.GetRequiredService<MailDiscovery>().FindAsync("ann@example.com", CancellationToken.None));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }
}
