using OrleansIM.Mail.Tests.Scripted;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>One answer to an SMTP command of this beginning.</summary>
internal sealed class SmtpSays(string beginning, string answer) : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        return Task.CompletedTask;
    }

    public override async Task<bool> OnSmtpAsync(ScriptedPeer peer, string command, string line)
    {
        if (!line.StartsWith(beginning, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        await peer.SendLineAsync(answer);
        if (answer.StartsWith("421", StringComparison.Ordinal))
        {
            peer.Close();
        }

        return true;
    }
}

/// <summary>The connection is cut after the last line of a message; the server has kept a copy, or nothing at all.</summary>
internal sealed class CutAfterData(bool isKept) : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        return Task.CompletedTask;
    }

    public override Task OnMessageAsync(MailHost host, ScriptedPeer peer)
    {
        if (isKept)
        {
            host.Keep(host.Submitted[^1]);
        }

        peer.Reset();
        return Task.CompletedTask;
    }
}

/// <summary>Nothing can be put into the folder for sent mail.</summary>
internal sealed class NoAppend(string answer) : ServerFault
{
    public override Task BeginAsync(MailHost host)
    {
        host.Fault = this;
        return Task.CompletedTask;
    }

    public override async Task<bool> OnImapAsync(ScriptedPeer peer, ImapCommandLine command)
    {
        if (command.Name is not "APPEND" and not "CREATE")
        {
            return false;
        }

        var isBye = answer.StartsWith("BYE", StringComparison.Ordinal);
        await peer.SendLineAsync($"{(isBye ? "*" : command.Tag)} {answer}");
        if (isBye)
        {
            peer.Close();
        }

        return true;
    }
}
