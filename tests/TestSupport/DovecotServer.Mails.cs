using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace OrleansIM.TestSupport;

/// <content>How mails get into mailboxes.</content>
public sealed partial class DovecotServer
{
    private int _files;

    private string MailRoot => Path.Combine(_folder.Path, "mail");

    /// <summary>Delivers a message by LMTP; returns when the server has taken it.</summary>
    /// <param name="mailbox">Who gets it.</param>
    /// <param name="message">As it is, lines ended by CRLF or LF.</param>
    /// <param name="from">The envelope's sender.</param>
    public Task DeliverAsync(TestMailbox mailbox, string message, string from = "sender@example.test")
        => DeliverAsync(mailbox, Encoding.UTF8.GetBytes(message), from);

    /// <inheritdoc cref="DeliverAsync(TestMailbox, string, string)"/>
    public async Task DeliverAsync(TestMailbox mailbox, byte[] message, string from = "sender@example.test")
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", LmtpPort, limit.Token);
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.Latin1);

        await ExpectAsync("220");
        await SayAsync("LHLO localhost", "250");
        await SayAsync($"MAIL FROM:<{from}>", "250");
        await SayAsync($"RCPT TO:<{mailbox.Address}>", "250");
        await SayAsync("DATA", "354");

        // Latin-1 maps bytes to characters and back, so lines can be cut without a look at their charset.
        var lines = Encoding.Latin1.GetString(message).ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var text = string.Join("\r\n", lines.Select(line => line.StartsWith('.') ? "." + line : line));
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text + "\r\n.\r\n"), limit.Token);
        await ExpectAsync("250");
        await stream.WriteAsync("QUIT\r\n"u8.ToArray(), limit.Token);

        async Task SayAsync(string command, string expected)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command + "\r\n"), limit.Token);
            await ExpectAsync(expected);
        }

        async Task ExpectAsync(string expected)
        {
            string? line;
            do
            {
                line = await reader.ReadLineAsync(limit.Token);
                if (line is null || !line.StartsWith(expected, StringComparison.Ordinal))
                {
                    throw new InvalidOperationException($"LMTP said '{line}' where {expected} was expected.");
                }
            }
            while (line[3] == '-');
        }
    }

    /// <summary>
    /// Puts messages into INBOX as files, byte for byte and much faster than by delivery; the server finds them at its next
    /// look. The order of UIDs is the order of the messages.
    /// </summary>
    /// <param name="mailbox">Who gets them.</param>
    /// <param name="messages">Lines ended by CRLF or LF.</param>
    /// <param name="isRead">Whether they have the flag \Seen.</param>
    public void Put(TestMailbox mailbox, IEnumerable<byte[]> messages, bool isRead = false)
    {
        MakeMaildir(mailbox);
        foreach (var message in messages)
        {
            PutFile(mailbox, isRead, message);
        }
    }

    /// <summary>
    /// Gives INBOX another UIDVALIDITY, as servers do that have lost their index, and new UIDs. Ends the mailbox's
    /// connections.
    /// </summary>
    public async Task ChangeUidValidityAsync(TestMailbox mailbox, uint uidValidity)
    {
        await KickAsync(mailbox);
        await Eventually.TrueAsync(async () => await CountConnectionsAsync(mailbox) == 0, "the mailbox's connections to end");
        var folder = MailFolder(mailbox);
        var uids = Path.Combine(folder, "dovecot-uidlist");
        var lines = await File.ReadAllLinesAsync(uids);
        var fields = lines[0].Split(' ');
        fields[1] = string.Create(CultureInfo.InvariantCulture, $"V{uidValidity}");
        lines[0] = string.Join(' ', fields);
        foreach (var index in Directory.GetFiles(folder, "dovecot.index*"))
        {
            File.Delete(index);
        }

        await File.WriteAllLinesAsync(uids, lines);
    }

    private string MailFolder(TestMailbox mailbox) => Path.Combine(MailRoot, mailbox.Address);

    private void MakeMaildir(TestMailbox mailbox)
    {
        var folder = MailFolder(mailbox);
        foreach (var part in new[] { "", "new", "cur", "tmp" })
        {
            var path = Path.Combine(folder, part);
            if (!Directory.Exists(path))
            {
                Directory.CreateDirectory(path);
                TempDirectory.Open(path, isWritable: true);
            }
        }
    }

    private void PutFile(TestMailbox mailbox, bool isRead, byte[] message)
    {
        // Files that a look finds together get their UIDs in the order of their names.
        var name = string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}.M{Interlocked.Increment(ref _files):D9}.test");
        var folder = MailFolder(mailbox);
        var path = Path.Combine(folder, "tmp", name);
        File.WriteAllBytes(path, message);
        File.Move(path, isRead ? Path.Combine(folder, "cur", name + ":2,S") : Path.Combine(folder, "new", name));
    }
}
