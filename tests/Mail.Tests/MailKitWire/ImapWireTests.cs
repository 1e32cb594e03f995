using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Contract;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.MailKitWire;

[Collection(MailServersCollection.Name)]
public sealed class ImapWireTests(MailServers servers)
{
    [SkippableTheory]
    [InlineData(MailSecurity.Tls)]
    [InlineData(MailSecurity.StartTls)]
    public async Task Open_ProtectedConnection_ReadsMails(MailSecurity security)
    {
        Skip.IfNot(servers.Dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = servers.Dovecot.AddMailbox();
        servers.Dovecot.Put(mailbox, ["Subject: Hello\r\n\r\nText\r\n"u8.ToArray()]);

        var shown = await ListAsync(mailbox, DovecotServer.Host, security);

        Assert.Equal(("Hello", "Text"), (Assert.Single(shown.Mails).Subject, shown.Mails[0].Preview));
    }

    [SkippableTheory]
    [InlineData(DovecotServer.WrongNameHost, MailSecurity.Tls)]
    [InlineData(DovecotServer.WrongNameHost, MailSecurity.StartTls)]
    [InlineData(DovecotServer.NoTlsHost, MailSecurity.StartTls)]
    public async Task Open_ConnectionThatCannotBeProtected_IsRefused(string host, MailSecurity security)
    {
        Skip.IfNot(servers.Dovecot.IsAvailable, DovecotServer.MissingReason);
        var mailbox = servers.Dovecot.AddMailbox();

        var refused = await Assert.ThrowsAsync<MailException>(() => ListAsync(mailbox, host, security));

        Assert.Equal(MailFault.NotSecure, refused.Fault);
        Assert.Equal(0, servers.Dovecot.CountSignIns(mailbox));
    }

    private async Task<MailboxSummary> ListAsync(TestMailbox mailbox, string host, MailSecurity security)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddMail(new ConfigurationBuilder()
                .AddInMemoryCollection([new("Mail:AllowPrivateHosts", "true"), new("Mail:TrustedAuthorities", servers.Dovecot.AuthorityFile)])
                .Build())
            .AddMailboxConnector()
            .BuildServiceProvider();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var port = security == MailSecurity.Tls ? servers.Dovecot.ImapsPort : servers.Dovecot.ImapPort;
        var access = new MailAccess(new MailServer(host, port, security), new MailPassword(mailbox.Address, mailbox.Password));
        await using var connection = await services.GetRequiredService<IMailboxConnector>().OpenAsync(access, limit.Token);
        return await connection.ListAsync(5, limit.Token);
    }
}
