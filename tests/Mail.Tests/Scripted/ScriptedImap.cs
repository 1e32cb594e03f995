using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansIM.Mail.Tests.Scripted;

/// <summary>A command of an IMAP client, its literals put in where they stood.</summary>
public sealed record ImapCommandLine(string Tag, string Name, string Arguments);

/// <summary>
/// An IMAP server for tests: healthy where nothing else is said, with any command replaced by <see cref="On"/>. It does not
/// look at passwords unless told to, and its INBOX is what a test answers.
/// </summary>
/// <remarks>UID commands are named with it: <c>UID FETCH</c>, <c>UID SEARCH</c>.</remarks>
public sealed class ScriptedImap
{
    private readonly Dictionary<string, Func<ScriptedPeer, ImapCommandLine, Task>> _answers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The first line.</summary>
    public string Greeting { get; set; } = "* OK ready";

    /// <summary>What it can.</summary>
    public string Capabilities { get; set; } = "IMAP4rev1 AUTH=PLAIN AUTH=LOGIN SASL-IR IDLE UIDPLUS ESEARCH";

    /// <summary>What it can once somebody has signed in; none: the same.</summary>
    public string? CapabilitiesSignedIn { get; set; }

    /// <summary>For STARTTLS.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>Mails in INBOX, as SELECT says.</summary>
    public int Exists { get; set; }

    public uint UidValidity { get; set; } = 1;

    /// <summary>Whether somebody has signed in, in any connection.</summary>
    public bool IsSignedIn { get; private set; }

    /// <summary>Does this in place of the healthy answer. The answer ends with the tagged line, which it writes itself.</summary>
    public ScriptedImap On(string command, Func<ScriptedPeer, ImapCommandLine, Task> answer)
    {
        _answers[command] = answer;
        return this;
    }

    /// <summary>Says these lines, then the tagged OK, in place of the healthy answer.</summary>
    public ScriptedImap On(string command, params string[] untagged)
        => On(command, async (peer, line) =>
        {
            foreach (var text in untagged)
            {
                await peer.SendLineAsync(text);
            }

            await peer.SendLineAsync($"{line.Tag} OK done");
        });

    /// <summary>Starts it.</summary>
    /// <param name="tls">TLS from the first byte.</param>
    public ScriptedServer Start(X509Certificate2? tls = null) => ScriptedServer.Start(ServeAsync, tls);

    /// <summary>One connection, for scripts that begin otherwise.</summary>
    public async Task ServeAsync(ScriptedPeer peer)
    {
        await peer.SendLineAsync(Greeting);
        while (!peer.IsClosed)
        {
            var command = await ReadCommandAsync(peer);
            if (_answers.TryGetValue(command.Name, out var answer))
            {
                await answer(peer, command);
            }
            else
            {
                await AnswerAsync(peer, command);
            }
        }
    }

    /// <summary>The next command, with its literals; a client that waits for a go-ahead gets one.</summary>
    public static async Task<ImapCommandLine> ReadCommandAsync(ScriptedPeer peer)
    {
        var text = new StringBuilder();
        while (true)
        {
            var line = await peer.ReadLineAsync();
            text.Append(line);
            if (!line.EndsWith('}') || line.LastIndexOf('{') is var open && open < 0)
            {
                break;
            }

            var size = line[(open + 1)..^1];
            if (!size.EndsWith('+'))
            {
                await peer.SendLineAsync("+ go ahead");
            }

            text.Append("\r\n").Append(await peer.ReadExactlyAsync(int.Parse(size.TrimEnd('+'), CultureInfo.InvariantCulture)));
        }

        var words = text.ToString().Split(' ', 3);
        var (name, arguments) = (words.ElementAtOrDefault(1) ?? "", words.ElementAtOrDefault(2) ?? "");
        if (name.Equals("UID", StringComparison.OrdinalIgnoreCase))
        {
            var rest = arguments.Split(' ', 2);
            (name, arguments) = ($"UID {rest[0]}", rest.ElementAtOrDefault(1) ?? "");
        }

        return new ImapCommandLine(words[0], name.ToUpperInvariant(), arguments);
    }

    /// <summary>The healthy answer to a command.</summary>
    public async Task AnswerAsync(ScriptedPeer peer, ImapCommandLine command)
    {
        switch (command.Name)
        {
            case "CAPABILITY":
                await peer.SendLineAsync($"* CAPABILITY {(IsSignedIn ? CapabilitiesSignedIn ?? Capabilities : Capabilities)}");
                break;
            case "STARTTLS" when Certificate is not null:
                await peer.SendLineAsync($"{command.Tag} OK go ahead");
                await peer.StartTlsAsync(Certificate);
                return;
            case "AUTHENTICATE":
                await AuthenticateAsync(peer, command.Arguments);
                break;
            case "LOGIN":
                IsSignedIn = true;
                break;
            case "SELECT" or "EXAMINE":
                await peer.SendAsync($"* {Exists} EXISTS\r\n* 0 RECENT\r\n* FLAGS (\\Seen)\r\n"
                    + $"* OK [UIDVALIDITY {UidValidity}] ok\r\n* OK [UIDNEXT 1000000] ok\r\n"
                    + $"{command.Tag} OK [{(command.Name == "EXAMINE" ? "READ-ONLY" : "READ-WRITE")}] done\r\n");
                return;
            case "LIST":
                await peer.SendAsync("* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n");
                break;
            case "UID SEARCH" when command.Arguments.StartsWith("RETURN", StringComparison.OrdinalIgnoreCase):
                await peer.SendLineAsync($"* ESEARCH (TAG \"{command.Tag}\") UID COUNT 0");
                break;
            case "UID SEARCH":
                await peer.SendLineAsync("* SEARCH");
                break;
            case "IDLE":
                await peer.SendLineAsync("+ idling");
                await peer.ReadLineAsync();
                break;
            case "LOGOUT":
                await peer.SendAsync($"* BYE bye\r\n{command.Tag} OK done\r\n");
                peer.Close();
                return;
            case "STATUS":
                await peer.SendLineAsync("* STATUS INBOX (MESSAGES 0 UIDNEXT 1000000 UNSEEN 0)");
                break;
            case "NOOP" or "ID" or "ENABLE" or "NAMESPACE" or "CREATE" or "SUBSCRIBE" or "APPEND"
                or "FETCH" or "UID FETCH" or "CLOSE" or "UNSELECT" or "CHECK":
                break;
            default:
                await peer.SendLineAsync($"{command.Tag} BAD unknown command");
                return;
        }

        await peer.SendLineAsync($"{command.Tag} OK done");
    }

    private async Task AuthenticateAsync(ScriptedPeer peer, string arguments)
    {
        var words = arguments.Split(' ');
        var rounds = words[0].Equals("LOGIN", StringComparison.OrdinalIgnoreCase) ? 2 : 1;
        for (var said = words.Length - 1; said < rounds; said++)
        {
            await peer.SendLineAsync("+ " + (rounds == 2 ? said == 0 ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6" : ""));
            await peer.ReadLineAsync();
        }

        IsSignedIn = true;
    }
}
