using System.Globalization;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <content>The mailbox, and how IMAP clients see it.</content>
internal sealed partial class MailHost
{
    private readonly Lock _gate = new();
    private List<HostedMail> _inbox = [];
    private List<string> _sent = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public uint UidValidity { get; private set; } = 1;

    public string Capabilities { get; set; } = "IMAP4rev1 AUTH=PLAIN SASL-IR IDLE UIDPLUS ESEARCH";

    /// <summary>Mails in INBOX; nobody reads them.</summary>
    public int Unread => Inbox.Count;

    /// <summary>The messages in the folder for sent mail.</summary>
    public IReadOnlyList<string> Sent
    {
        get
        {
            lock (_gate)
            {
                return [.. _sent];
            }
        }
    }

    private List<HostedMail> Inbox
    {
        get
        {
            lock (_gate)
            {
                return _inbox;
            }
        }
    }

    /// <summary>A mail arrives, and whoever idles hears of it.</summary>
    public void Deliver(string subject) => Deliver(new HostedMail(0, subject));

    /// <inheritdoc cref="Deliver(string)"/>
    public void Deliver(HostedMail mail) => Change(mails => [.. mails, mail with { Uid = mails.Count > 0 ? mails[^1].Uid + 1 : 1 }]);

    /// <summary>So many older mails.</summary>
    public void Fill(int count) => Change(mails => [.. Enumerable.Range(1, count).Select(uid => new HostedMail(uid, $"mail {uid}")), .. mails.Select(mail => mail with { Uid = count + mail.Uid })]);

    /// <summary>The mailbox was made anew from a backup: the same mails under other numbers.</summary>
    public void Renumber()
    {
        lock (_gate)
        {
            UidValidity++;
            _inbox = [.. _inbox.Select(mail => mail with { Uid = mail.Uid + 1000 })];
        }
    }

    /// <summary>A message comes into the folder for sent mail.</summary>
    public void Keep(string message)
    {
        lock (_gate)
        {
            _sent = [.. _sent, message];
        }
    }

    public static string MessageIdOf(string message)
    {
        var line = message.Split("\r\n").First(static line => line.StartsWith("Message-ID:", StringComparison.OrdinalIgnoreCase));
        return line.Split(':', 2)[1].Trim(' ', '<', '>');
    }

    private void Change(Func<List<HostedMail>, List<HostedMail>> change)
    {
        lock (_gate)
        {
            _inbox = change(_inbox);
            _news.TrySetResult();
            _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task ServeImapAsync(ScriptedPeer peer)
    {
        if (await Fault.OnImapConnectAsync(peer))
        {
            return;
        }

        await peer.SendLineAsync("* OK ready");
        var session = new Session(this, peer);
        while (!peer.IsClosed)
        {
            var command = await ScriptedImap.ReadCommandAsync(peer);
            if (!await Fault.OnImapAsync(peer, command))
            {
                await session.AnswerAsync(command);
            }
        }
    }

    /// <summary>A connection: which folder it is in, and what it has been told.</summary>
    private sealed class Session(MailHost host, ScriptedPeer peer)
    {
        private bool _isInSent;
        private int _told;

        public async Task AnswerAsync(ImapCommandLine command)
        {
            switch (command.Name)
            {
                case "CAPABILITY":
                    await peer.SendAsync($"* CAPABILITY {host.Capabilities}\r\n{command.Tag} OK done\r\n");
                    break;
                case "SELECT" or "EXAMINE":
                    await SelectAsync(command);
                    break;
                case "UID SEARCH":
                    await SearchAsync(command);
                    break;
                case "UID FETCH":
                    await FetchAsync(command);
                    break;
                case "IDLE":
                    await IdleAsync(command);
                    break;
                case "NOOP":
                    await TellAsync();
                    await host._imapAnswers.AnswerAsync(peer, command);
                    break;
                case "APPEND":
                    host.Keep(command.Arguments[(command.Arguments.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
                    await peer.SendLineAsync($"{command.Tag} OK done");
                    break;
                default:
                    await host._imapAnswers.AnswerAsync(peer, command);
                    break;
            }
        }

        private async Task SelectAsync(ImapCommandLine command)
        {
            _isInSent = !command.Arguments.Contains("INBOX", StringComparison.OrdinalIgnoreCase);
            _told = _isInSent ? host.Sent.Count : host.Inbox.Count;
            await peer.SendAsync($"* {_told} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n"
                + $"* OK [UIDVALIDITY {host.UidValidity}] ok\r\n* OK [UIDNEXT 1000000] ok\r\n"
                + $"{command.Tag} OK [{(command.Name == "EXAMINE" ? "READ-ONLY" : "READ-WRITE")}] done\r\n");
        }

        private async Task SearchAsync(ImapCommandLine command)
        {
            await TellAsync();
            int[] found = _isInSent
                ? [.. host.Sent.Index().Where(one => command.Arguments.Contains(MessageIdOf(one.Item), StringComparison.Ordinal)).Select(static one => one.Index + 1)]
                : [.. host.Inbox.Select(static mail => mail.Uid)];
            await peer.SendLineAsync(command.Arguments.StartsWith("RETURN", StringComparison.OrdinalIgnoreCase)
                ? $"* ESEARCH (TAG \"{command.Tag}\") UID{(found.Length > 0 ? $" ALL {Ranges(found)}" : "")} COUNT {found.Length}"
                : $"* SEARCH {string.Join(' ', found)}");
            await peer.SendLineAsync($"{command.Tag} OK done");
        }

        private async Task FetchAsync(ImapCommandLine command)
        {
            var inbox = host.Inbox;
            var wanted = command.Arguments.Split(' ')[0].Split(',').SelectMany(static range =>
            {
                int[] ends = [.. range.Split(':').Select(static uid => int.Parse(uid, CultureInfo.InvariantCulture))];
                return Enumerable.Range(ends.Min(), ends.Max() - ends.Min() + 1);
            }).ToHashSet();
            foreach (var (index, mail) in inbox.Index().Where(one => wanted.Contains(one.Item.Uid)))
            {
                await peer.SendAsync(command.Arguments.Contains("<0.", StringComparison.Ordinal) ? mail.FetchedText(index + 1) : mail.Fetched(index + 1));
            }

            await peer.SendLineAsync($"{command.Tag} OK done");
        }

        private async Task IdleAsync(ImapCommandLine command)
        {
            await peer.SendLineAsync("+ idling");
            var done = peer.ReadLineAsync();
            do
            {
                Task news;
                lock (host._gate)
                {
                    news = host._news.Task;
                }

                await TellAsync();
                await Task.WhenAny(done, news);
            }
            while (!done.IsCompleted);
            await done;
            if (!await host.Fault.OnImapAsync(peer, command with { Name = "DONE" }))
            {
                await peer.SendLineAsync($"{command.Tag} OK done");
            }
        }

        private async Task TellAsync()
        {
            if (!_isInSent && host.Inbox.Count is var count && count != _told)
            {
                _told = count;
                await peer.SendLineAsync($"* {count} EXISTS");
            }
        }

        private static string Ranges(int[] uids) =>
            uids[^1] - uids[0] == uids.Length - 1 ? $"{uids[0]}:{uids[^1]}" : string.Join(',', uids);
    }
}
