using System.Text;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Contract;

/// <summary>What the other tests rely on.</summary>
[Collection(MailServersCollection.Name)]
public sealed class DovecotServerTests(MailServers servers)
{
    [SkippableFact]
    public async Task Server_DeliveredPutAndGivenAnotherUidValidity_DoesIt()
    {
        Skip.IfNot(servers.Dovecot.IsAvailable, DovecotServer.MissingReason);
        var dovecot = servers.Dovecot;
        var box = dovecot.AddMailbox();
        dovecot.Put(box, [Encoding.ASCII.GetBytes("Subject: a\n\ntext\n"), Encoding.ASCII.GetBytes("Subject: b\n\ntext\n")]);
        await dovecot.DeliverAsync(box, "Subject: c\n\n.text\n");
        Assert.Contains("* 3 EXISTS", await dovecot.RunImapAsync(box, "EXAMINE INBOX"), StringComparison.Ordinal);
        Assert.Equal(1, dovecot.CountSignIns(box));

        await dovecot.ChangeUidValidityAsync(box, 77);
        box = await dovecot.ChangePasswordAsync(box, "changed");
        Assert.Contains("UIDVALIDITY 77]", await dovecot.RunImapAsync(box, "EXAMINE INBOX"), StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await dovecot.CountConnectionsAsync(box) == 0, "the connections to end");
    }
}
