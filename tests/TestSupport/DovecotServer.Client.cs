using System.Net.Sockets;
using System.Text;

namespace OrleansIM.TestSupport;

/// <content>Another mail program at the same mailbox.</content>
public sealed partial class DovecotServer
{
    /// <summary>Signs in, runs IMAP commands one after the other, and returns all that the server said.</summary>
    /// <param name="mailbox">Whose mailbox.</param>
    /// <param name="commands">Without tags; text beyond ASCII in modified UTF-7 or as UTF-8 in quotes, as the command takes it.</param>
    /// <exception cref="InvalidOperationException">A command was refused.</exception>
    public async Task<string> RunImapAsync(TestMailbox mailbox, params string[] commands)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", ImapPort, limit.Token);
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var said = new StringBuilder();
        foreach (var (number, command) in commands.Prepend($"LOGIN {mailbox.Address} \"{mailbox.Password}\"").Append("LOGOUT").Index())
        {
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"t{number} {command}\r\n"), limit.Token);
            while (await reader.ReadLineAsync(limit.Token) is { } line)
            {
                said.Append(line).Append('\n');
                if (line.StartsWith($"t{number} ", StringComparison.Ordinal))
                {
                    break;
                }
            }

            if (!said.ToString().Contains($"\nt{number} OK", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"'{command}' was refused: {said}");
            }
        }

        return said.ToString();
    }
}
