using System.Globalization;
using OrleansIM.Benchmarks.EndToEnd.Ours;
using OrleansIM.Mail;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Mail;

/// <summary>Accounts and their mailboxes at the mail server.</summary>
internal static class MailTown
{
    /// <summary>Unread mails of every mailbox to begin with: as many as a summary shows.</summary>
    public const int Unread = 20;

    private const string Domain = "example.test";

    // The first of the system's users who serve a mailbox each; what the kernel grants, it grants each of them.
    private const int FirstUser = 30_000;

    private static int s_mailboxes;

    /// <summary>A new mailbox.</summary>
    /// <param name="dovecot">Where.</param>
    /// <param name="unread">Unread mails in it.</param>
    /// <param name="read">Read ones, older.</param>
    public static TestMailbox AddMailbox(DovecotServer dovecot, int unread = Unread, int read = 0)
    {
        var number = Interlocked.Increment(ref s_mailboxes);
        var mailbox = dovecot.AddMailbox($"mail{number.ToString(CultureInfo.InvariantCulture)}", user: FirstUser + number);
        dovecot.Put(mailbox, MailTexts.Old(read), isRead: true);
        dovecot.Put(mailbox, MailTexts.Old(unread));
        return mailbox;
    }

    /// <summary>Settings of our server: where the mailboxes are, and that a whole crowd of them may be open.</summary>
    public static string[] Settings(DovecotServer dovecot, MailSecurity security) =>
    [
        "--Mail:AllowPrivateHosts=true",
        $"--Mail:TrustedAuthorities={dovecot.AuthorityFile}",
        "--Mail:MaxConnections=4000",
        "--Mail:MaxConnectionsPerHost=2000",
        $"--Mail:Domains:{Domain}:Imap:Host=127.0.0.1",
        $"--Mail:Domains:{Domain}:Imap:Security={security}",
        string.Create(CultureInfo.InvariantCulture, $"--Mail:Domains:{Domain}:Imap:Port={(security == MailSecurity.Tls ? dovecot.ImapsPort : dovecot.ImapPort)}"),
    ];

    /// <summary>Binds a mailbox to the account of a session.</summary>
    public static async Task BindAsync(OursConnection session, string account, TestMailbox mailbox) => OursSetup.Expect(
        await session.AskAsync(
            $"\"op\":\"mail.bind\",\"as\":\"{account}\",\"address\":\"{mailbox.Address}\",\"auth\":{{\"type\":\"password\",\"password\":\"{mailbox.Password}\"}}"),
        "\"ok\":");

    /// <summary>Registers accounts and binds mailboxes to each; answers their tokens.</summary>
    public static async Task<string[]> SettleAsync(OursServer server, IReadOnlyList<string> accounts, Func<int, IEnumerable<TestMailbox>> mailboxes, CancellationToken cancellation)
    {
        var setup = new OursSetup(server, cancellation);
        await setup.RegisterAsync(accounts);
        var tokens = await setup.TokensAsync(accounts);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = cancellation };
        await Parallel.ForAsync(0, accounts.Count, parallel, async (i, stop) =>
        {
            using var session = new OursConnection();
            await session.SignInAsync(server.NextAddress(), tokens[i], null, stop);
            foreach (var mailbox in mailboxes(i))
            {
                await BindAsync(session, accounts[i], mailbox);
            }
        });
        return tokens;
    }
}
