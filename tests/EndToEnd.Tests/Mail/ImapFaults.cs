using System.Security.Cryptography.X509Certificates;
using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>Nobody listens, and what was open is cut.</summary>
internal sealed class Down : ServerFault
{
    public override Task BeginAsync(MailHost host) => host.StopAsync();

    public override Task EndAsync(MailHost host)
    {
        host.Start();
        return Task.CompletedTask;
    }
}

/// <summary>Packets vanish: connections stay, nothing is read, nothing is said, nobody hears of new mail.</summary>
internal sealed class HalfOpen : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        return Task.CompletedTask;
    }

    public override Task<bool> OnImapConnectAsync(ScriptedPeer peer) => VanishAsync(peer);

    public override Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command) => VanishAsync(peer);

    public override Task<bool> OnSmtpConnectAsync(ScriptedPeer peer) => VanishAsync(peer);
}

/// <summary>Greets, and answers no command.</summary>
internal sealed class NeverAnswers : ServerFault
{
    public override Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command) => VanishAsync(peer);

    public override Task<bool> OnSmtpAsync(ScriptedPeer peer, string command, string line) => VanishAsync(peer);
}

/// <summary>A byte a second.</summary>
internal sealed class Drips : ServerFault
{
    public override Task<bool> OnImapConnectAsync(ScriptedPeer peer) => DripAsync(peer, "* OK [CAPABILITY IMAP4rev1] ready to serve you\r\n");

    public override Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command) => DripAsync(peer, $"* OK one moment\r\n{command.Tag} OK done\r\n");

    public override Task<bool> OnSmtpConnectAsync(ScriptedPeer peer) => DripAsync(peer, "220 mail.example.test ESMTP\r\n");

    private static async Task<bool> DripAsync(ScriptedPeer peer, string text)
    {
        foreach (var letter in text)
        {
            await peer.SendAsync(letter.ToString());
            await Task.Delay(TimeSpan.FromSeconds(1), peer.Stopping);
        }

        return true;
    }
}

/// <summary>A certificate for another name, signed by an authority that is trusted.</summary>
internal sealed class WrongCertificate(X509Certificate2 right, X509Certificate2 wrong) : ServerFault
{
    private readonly Tls _healthy = new(right);

    public override string Security => "tls";

    public override X509Certificate2? CertificateNow => wrong;

    public override void Prepare(MailHost host) => host.Fault = _healthy;

    public override Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        host.CutAll();
        return Task.CompletedTask;
    }

    public override Task EndAsync(MailHost host)
    {
        host.Fault = _healthy;
        return Task.CompletedTask;
    }

    private sealed class Tls(X509Certificate2 certificate) : ServerFault
    {
        public override X509Certificate2? CertificateNow => certificate;
    }
}

/// <summary>Lines that are no IMAP, from the first one on, or in place of an answer.</summary>
internal sealed class Garbage(bool fromTheGreetingOn) : ServerFault
{
    private const string Lines = "\0\u0001\u0002 what now\r\n* (((\r\n\r\n* 1 FETCH (UID {99999999999999999999}\r\n+\r\n\u00ff\u00fe\r\n";

    public override async Task BeginAsync(MailHost host)
    {
        await base.BeginAsync(host);
        if (fromTheGreetingOn)
        {
            host.CutAll();
        }
    }

    public override async Task<bool> OnImapConnectAsync(ScriptedPeer peer)
    {
        if (fromTheGreetingOn)
        {
            await peer.SendAsync(Lines);
        }

        return fromTheGreetingOn;
    }

    public override async Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command)
    {
        if (command.Name != "UID SEARCH")
        {
            return false;
        }

        await peer.SendAsync(Lines);
        return true;
    }
}

/// <summary>One answer to one command, in place of the right one: NO, BAD, or BYE and the end.</summary>
internal sealed class Says(string command, string answer) : ServerFault
{
    public override async Task BeginAsync(MailHost host)
    {
        await base.BeginAsync(host);
        if (command is not "UID SEARCH" and not "UID FETCH" and not "DONE")
        {
            // It is said to those who come anew.
            host.CutAll();
        }
    }

    public override async Task<bool> OnImapConnectAsync(ScriptedPeer peer)
    {
        if (command != "greeting")
        {
            return false;
        }

        await peer.SendLineAsync(answer);
        return true;
    }

    public override async Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine line)
    {
        if (line.Name != command && !(command == "SELECT" && line.Name == "EXAMINE"))
        {
            return false;
        }

        var isBye = answer.StartsWith("BYE", StringComparison.Ordinal);
        await peer.SendLineAsync($"{(isBye ? "*" : line.Tag)} {answer}");
        if (isBye)
        {
            peer.Close();
        }

        return true;
    }
}

/// <summary>The mailbox comes back with other numbers.</summary>
internal sealed class OtherUidValidity : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Renumber();
        host.Deliver("During");
        host.CutAll();
        return Task.CompletedTask;
    }
}

/// <summary>A mail that is nothing but trouble.</summary>
internal sealed class BadMail(HostedMail mail) : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Deliver(mail);
        return Task.CompletedTask;
    }
}

/// <summary>So many more mails in INBOX.</summary>
internal sealed class Flood(int mails, bool saysRanges) : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Capabilities = saysRanges ? host.Capabilities : host.Capabilities.Replace(" ESEARCH", "", StringComparison.Ordinal);
        host.Fill(mails);
        host.Deliver("During");
        host.CutAll();
        return Task.CompletedTask;
    }
}

/// <summary>Much more than was asked for: in place of the answer to a command, or of the text of a mail.</summary>
internal sealed class Endless(string command, string beginning, long bytes) : ServerFault
{
    private static readonly byte[] s_block = [.. Enumerable.Repeat((byte)'x', 64 * 1024)];
    private long _sent;

    /// <summary>How much the client has let it say.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    public override async Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine line)
    {
        if (line.Name != command || (command == "UID FETCH" && !line.Arguments.Contains("<0.", StringComparison.Ordinal)))
        {
            return false;
        }

        await peer.SendAsync(beginning);
        for (var left = bytes; left > 0; left -= s_block.Length)
        {
            await peer.SendAsync(s_block);
            Interlocked.Add(ref _sent, s_block.Length);
        }

        await peer.SendLineAsync("");
        return false;
    }
}
