using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Contract;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Corpus;

/// <summary>
/// Nasty mails, legal ones and those that are written all the same, as a real server tells of them and the engine's mail
/// library shows them. Both engines have to show the same.
/// </summary>
[Collection(MailServersCollection.Name)]
public sealed class CorpusTests(MailServers servers)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [SkippableFact]
    public async Task List_NastyMails_ShowsWhatAGoodMailProgramWould()
    {
        Skip.IfNot(servers.Dovecot.IsAvailable, DovecotServer.MissingReason);
        var mails = ExpectedMail.ReadAll();
        var mailbox = servers.Dovecot.AddMailbox();
        var received = DateTimeOffset.UtcNow;
        servers.Dovecot.Put(mailbox, mails.Select(mail => mail.Mail));

        var shown = await ListAsync(mailbox, mails.Count);

        Assert.Equal(mails.Count, shown.Mails.Count);
        Assert.Equal(mails.Count, shown.Unread);
        var differences = mails.Zip(shown.Mails.Reverse())
            .SelectMany(pair => pair.First.Expected.DifferencesTo(pair.Second, received).Select(difference => $"{pair.First.Name}: {difference}"))
            .ToList();
        Assert.True(differences.Count == 0, $"{differences.Count} differences:\n{string.Join('\n', differences)}");
    }

    [Fact]
    public void Corpus_OfMails_IsLargeEnough() => Assert.True(ExpectedMail.ReadAll().Count >= 60);

    private async Task<MailboxSummary> ListAsync(TestMailbox mailbox, int newest)
    {
        await using var services = new ServiceCollection()
            .AddLogging()
            .AddMail(new ConfigurationBuilder()
                .AddInMemoryCollection([new("Mail:AllowPrivateHosts", "true")])
                .Build())
            .AddMailboxConnector()
            .BuildServiceProvider();
        using var limit = new CancellationTokenSource(s_limit);
        var access = new MailAccess(
            new MailServer(DovecotServer.NoTlsHost, servers.Dovecot.ImapPort, MailSecurity.None), new MailPassword(mailbox.Address, mailbox.Password));
        await using var connection = await services.GetRequiredService<IMailboxConnector>().OpenAsync(access, limit.Token);
        return await connection.ListAsync(newest, limit.Token);
    }
}
