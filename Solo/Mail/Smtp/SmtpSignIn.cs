namespace OrleansIM.Mail;

/// <summary>From an open connection to a submission server that knows who we are.</summary>
internal sealed class SmtpSignIn(SmtpSession session, MailAccess access, MailTls tls)
{
    private string Host => access.Server.Host;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var greeting = await session.ReadAsync(cancellation);
        if (!greeting.IsGood)
        {
            throw greeting.IsTemporary ? MailFaults.Closed(Host, greeting.Text) : MailFaults.Refused(Host, "talk to us", greeting.Full);
        }

        await session.HelloAsync(cancellation);
        if (access.Server.Security == MailSecurity.StartTls)
        {
            if (!session.Has("STARTTLS") || !(await session.AskAsync("STARTTLS", cancellation)).IsGood)
            {
                throw MailFaults.NoStartTls(Host);
            }

            // What it said before may have been said by somebody else.
            await session.ProtectAsync(tls, cancellation);
            await session.HelloAsync(cancellation);
        }

        await AuthenticateAsync(cancellation);
    }

    private async Task AuthenticateAsync(CancellationToken cancellation)
    {
        var offered = session.Parameters("AUTH").Split(' ', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var mechanism = SaslMechanism.Choose(access.Credential, access.Server, offered.Contains) ?? throw MailFaults.NoMechanism(Host, access.Credential);
        var reply = await AuthenticateAsync(mechanism, cancellation);
        if (!reply.IsGood)
        {
            throw reply.IsTemporary ? MailFaults.Busy(Host, reply.Full) : MailFaults.WrongSecret(Host, reply.Full);
        }
    }

    private async Task<SmtpReply> AuthenticateAsync(SaslMechanism mechanism, CancellationToken cancellation)
    {
        var initial = mechanism.Initial is { } first ? Convert.ToBase64String(first) : null;
        var command = "AUTH " + mechanism.Name;
        if (initial is { Length: > 0 and <= 400 })
        {
            // Lines of a command have 512 bytes (RFC 5321, 4.5.3.1.4), lines of this exchange 12,288 (RFC 4954, 4).
            (command, initial) = ($"{command} {initial}", null);
        }

        var reply = await session.AskAsync(command, cancellation);
        for (var round = 0; reply.Code == 334 && round < 8;)
        {
            var response = initial ?? (mechanism.Answer(round++) is { } answer ? Convert.ToBase64String(answer) : "*");
            initial = null;
            reply = await session.AskAsync(response, cancellation);
        }

        return reply.Code == 334 ? throw MailFaults.Garbage(Host, "it asks again and again at the sign-in") : reply;
    }
}
