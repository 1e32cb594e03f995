using System.Diagnostics;
using System.Globalization;
using System.Text;
using OrleansIM.Client;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Settings;
using OrleansIM.LoadTest.Town;
using OrleansIM.TestSupport;

namespace OrleansIM.LoadTest.Scenarios;

/// <summary>Mails arrive in the mailboxes of people who are online, at a real mail server; at the end every page counts them right.</summary>
internal sealed class MailBurst : Scenario
{
    private const string Domain = "example.test";

    // The first of the system's users who serve a mailbox each; what the kernel grants, it grants each of them.
    private const int FirstUser = 40_000;

    private readonly DovecotServer _dovecot = new();
    private readonly List<MailboxWatch> _mailboxes = [];

    public override async Task<IReadOnlyDictionary<string, string>> ServerSettingsAsync()
    {
        if (!_dovecot.IsAvailable)
        {
            throw new UsageException("mail-burst needs a mail server: " + DovecotServer.MissingReason);
        }

        await _dovecot.InitializeAsync();
        return new Dictionary<string, string>
        {
            ["Mail:AllowPrivateHosts"] = "true",
            ["Mail:MaxConnections"] = "4000",
            ["Mail:MaxConnectionsPerHost"] = "2000",
        };
    }

    public override async Task PrepareAsync(LoadRun run, CancellationToken stop)
    {
        foreach (var person in run.People.All)
        {
            var account = person.Accounts[^1];
            var name = string.Create(CultureInfo.InvariantCulture, $"mail{person.Index}");
            account.Mailbox = new MailboxWatch(_dovecot.AddMailbox(name, user: FirstUser + person.Index), account);
            _mailboxes.Add(account.Mailbox);
        }

        await Parallel.ForEachAsync(_mailboxes, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = stop }, async (mailbox, _) =>
        {
            try
            {
                var binding = new MailboxBinding(mailbox.Mailbox.Address, new MailPassword(mailbox.Mailbox.Password))
                {
                    Imap = new MailServer("127.0.0.1", _dovecot.ImapPort, "none"),
                };
                await mailbox.Account.Owner.Main!.Client.BindMailboxAsync(mailbox.Account.Name, binding, stop);
            }
            catch (ImException refused)
            {
                throw new LoadException($"A mailbox could not be bound: {refused.Code}: {refused.Message}", refused);
            }
        });
        await WaitAsync(run, mailbox => Shown(mailbox)?.State == "open", "its channel is open", stop);
    }

    public override async Task ArriveAsync(LoadRun run, Arrival arrival, CancellationToken stop)
    {
        var mailbox = _mailboxes[arrival.Random.Next(_mailboxes.Count)];
        await mailbox.Delivering.WaitAsync(stop);
        try
        {
            await _dovecot.DeliverAsync(mailbox.Mailbox, Text(MailboxWatch.Subject(run.Name, mailbox.Delivered + 1)));
            mailbox.Took(Stopwatch.GetTimestamp());
            run.Counters.TakeMail();
        }
        catch (Exception failed) when (failed is IOException or InvalidOperationException or System.Net.Sockets.SocketException)
        {
            run.Counters.Error("mail server: " + failed.Message);
        }
        finally
        {
            mailbox.Delivering.Release();
        }
    }

    public override async Task ConcludeAsync(LoadRun run, CancellationToken stop)
    {
        await WaitAsync(run, mailbox => mailbox.Unread == mailbox.Delivered, null, stop);
        _mailboxes.ForEach(mailbox => mailbox.Conclude(run.World.Findings));
    }

    protected override Task EndAsync() => _dovecot.DisposeAsync();

    private static byte[] Text(string subject) => Encoding.ASCII.GetBytes(
        $"From: A friend <friend@{Domain}>\r\nTo: somebody@{Domain}\r\nSubject: {subject}\r\nDate: {DateTimeOffset.UtcNow:R}\r\n"
        + "Content-Type: text/plain; charset=us-ascii\r\n\r\nShall we meet at eight?\r\n");

    private static Mailbox? Shown(MailboxWatch mailbox) =>
        mailbox.Account.Owner.Main!.Client.Pages.GetValueOrDefault(mailbox.Account.Name)?.Mailboxes.GetValueOrDefault(mailbox.Mailbox.Address);

    private async Task WaitAsync(LoadRun run, Func<MailboxWatch, bool> isThere, string? what, CancellationToken stop)
    {
        var patience = TimeSpan.FromSeconds(Math.Max(60, run.Settings.Patience));
        var watch = Stopwatch.StartNew();
        while (_mailboxes.Find(mailbox => !isThere(mailbox)) is { } late)
        {
            if (watch.Elapsed > patience)
            {
                if (what is not null)
                {
                    throw new LoadException($"Waited {patience.TotalSeconds} s for {late.Mailbox.Address} until {what}.");
                }

                return;
            }

            await Task.Delay(50, stop);
        }
    }
}
