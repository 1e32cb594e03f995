using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>Looks into a mailbox by hand, beside the service: a line of IMAP, and what comes back.</summary>
internal static class RawImap
{
    /// <summary>How many mails a folder has; null if there is no such folder. Its name as IMAP writes it (modified UTF-7).</summary>
    public static async Task<int?> CountAsync(DovecotServer dovecot, TestMailbox mailbox, string folder)
    {
        var answer = await AskAsync(dovecot, mailbox, $"STATUS \"{folder}\" (MESSAGES)");
        var count = Regex.Match(answer, @"MESSAGES (\d+)");
        return count.Success ? int.Parse(count.Groups[1].Value, CultureInfo.InvariantCulture) : null;
    }

    /// <summary>The header of the newest mail of a folder.</summary>
    public static Task<string> NewestHeaderAsync(DovecotServer dovecot, TestMailbox mailbox, string folder) =>
        AskAsync(dovecot, mailbox, $"EXAMINE \"{folder}\"", "FETCH * BODY.PEEK[HEADER]");

    /// <summary>Marks every mail of INBOX as read, as another mail program does.</summary>
    public static Task ReadAllAsync(DovecotServer dovecot, TestMailbox mailbox) =>
        AskAsync(dovecot, mailbox, "SELECT INBOX", "STORE 1:* +FLAGS.SILENT (\\Seen)");

    private static async Task<string> AskAsync(DovecotServer dovecot, TestMailbox mailbox, params string[] commands)
    {
        using var patience = new CancellationTokenSource(RawClient.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", dovecot.ImapPort, patience.Token);
        using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
        var answer = new StringBuilder();
        string[] all = [$"LOGIN \"{mailbox.Address}\" \"{mailbox.Password}\"", .. commands, "LOGOUT"];
        for (var tag = 0; tag < all.Length; tag++)
        {
            await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"t{tag} {all[tag]}\r\n"), patience.Token);
            string? line;
            while ((line = await reader.ReadLineAsync(patience.Token)) is not null && !line.StartsWith($"t{tag} ", StringComparison.Ordinal))
            {
                answer.AppendLine(line);
            }

            Assert.True(line is not null && (tag > 0 || line.Contains("OK", StringComparison.Ordinal)), $"IMAP by hand: {line}");
        }

        return answer.ToString();
    }
}
