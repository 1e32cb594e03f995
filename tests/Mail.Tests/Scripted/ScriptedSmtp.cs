using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace OrleansIM.Mail.Tests.Scripted;

/// <summary>
/// A submission server for tests: healthy where nothing else is said, with any command replaced by <see cref="On"/>. It keeps
/// what it was given, dots still doubled.
/// </summary>
public sealed class ScriptedSmtp
{
    private readonly Dictionary<string, Func<ScriptedPeer, string, Task>> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _messages = [];

    public string Greeting { get; set; } = "220 mail.example.test ESMTP";

    /// <summary>The lines after the first in the answer to EHLO.</summary>
    public IReadOnlyList<string> Extensions { get; set; } = ["8BITMIME", "SIZE 1000000", "ENHANCEDSTATUSCODES", "AUTH PLAIN LOGIN"];

    /// <summary>For STARTTLS.</summary>
    public X509Certificate2? Certificate { get; set; }

    /// <summary>What is said after a message's last line.</summary>
    public Func<ScriptedPeer, Task> AfterData { get; set; } = static peer => peer.SendLineAsync("250 2.0.0 queued");

    /// <summary>The messages it was given, lines ended by CRLF.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (_messages)
            {
                return [.. _messages];
            }
        }
    }

    /// <summary>Does this in place of the healthy answer to a command (its first word), given the whole line.</summary>
    public ScriptedSmtp On(string command, Func<ScriptedPeer, string, Task> answer)
    {
        _answers[command] = answer;
        return this;
    }

    /// <summary>Says this in place of the healthy answer to a command.</summary>
    public ScriptedSmtp On(string command, string answer) => On(command, (peer, _) => peer.SendLineAsync(answer));

    public ScriptedServer Start(X509Certificate2? tls = null) => ScriptedServer.Start(ServeAsync, tls);

    public async Task ServeAsync(ScriptedPeer peer)
    {
        await peer.SendLineAsync(Greeting);
        while (!peer.IsClosed)
        {
            var line = await peer.ReadLineAsync();
            var command = line.Split(' ', ':')[0];
            if (_answers.TryGetValue(command, out var answer))
            {
                await answer(peer, line);
            }
            else
            {
                await AnswerAsync(peer, command.ToUpperInvariant(), line);
            }
        }
    }

    /// <summary>The healthy answer to a command.</summary>
    public async Task AnswerAsync(ScriptedPeer peer, string command, string line)
    {
        switch (command)
        {
            case "EHLO":
                string[] lines = ["mail.example.test", .. Extensions];
                await peer.SendAsync(string.Concat(lines.Select((text, i) => $"250{(i == lines.Length - 1 ? ' ' : '-')}{text}\r\n")));
                break;
            case "STARTTLS" when Certificate is not null:
                await peer.SendLineAsync("220 2.0.0 go ahead");
                await peer.StartTlsAsync(Certificate);
                break;
            case "AUTH":
                await AuthenticateAsync(peer, line);
                break;
            case "MAIL" or "RCPT" or "RSET" or "NOOP":
                await peer.SendLineAsync("250 2.1.0 ok");
                break;
            case "DATA":
                await peer.SendLineAsync("354 go ahead");
                await ReadMessageAsync(peer);
                await AfterData(peer);
                break;
            case "QUIT":
                await peer.SendLineAsync("221 2.0.0 bye");
                peer.Close();
                break;
            default:
                await peer.SendLineAsync("500 5.5.1 unknown command");
                break;
        }
    }

    private async Task ReadMessageAsync(ScriptedPeer peer)
    {
        var message = new StringBuilder();
        while (await peer.ReadLineAsync() is var line && line != ".")
        {
            message.Append(line).Append("\r\n");
        }

        lock (_messages)
        {
            _messages.Add(message.ToString());
        }
    }

    private static async Task AuthenticateAsync(ScriptedPeer peer, string line)
    {
        var words = line.Split(' ');
        var rounds = words.ElementAtOrDefault(1)?.ToUpperInvariant() == "LOGIN" ? 2 : 1;
        for (var said = words.Length - 2; said < rounds; said++)
        {
            await peer.SendLineAsync("334 " + (rounds == 2 ? said == 0 ? "VXNlcm5hbWU6" : "UGFzc3dvcmQ6" : ""));
            await peer.ReadLineAsync();
        }

        await peer.SendLineAsync("235 2.7.0 welcome");
    }
}
