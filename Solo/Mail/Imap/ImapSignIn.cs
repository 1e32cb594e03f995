namespace OrleansIM.Mail;

/// <summary>From an open connection to one that is signed in.</summary>
internal sealed class ImapSignIn(ImapSession session, MailAccess access, MailTls tls)
{
    private string Host => access.Server.Host;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var greeting = await session.GreetAsync(cancellation);
        if (greeting.Condition == ImapCondition.PreAuth)
        {
            // It has not looked at the secret, so it proves nothing; and before STARTTLS it is how protection is talked away.
            throw access.Server.Security == MailSecurity.StartTls
                ? MailFaults.NoStartTls(Host)
                : new MailException(MailFault.AuthenticationFailed, $"{Host} lets everybody in without a password, so it cannot say whose mailbox this is.");
        }

        if (!greeting.IsOk)
        {
            throw MailFaults.Garbage(Host, "it does not greet as an IMAP server does");
        }

        if (session.Capabilities == ImapCapabilities.None)
        {
            await session.AskCapabilitiesAsync(cancellation);
        }

        if (access.Server.Security == MailSecurity.StartTls)
        {
            await StartTlsAsync(cancellation);
        }

        await AuthenticateAsync(cancellation);
    }

    private async Task StartTlsAsync(CancellationToken cancellation)
    {
        if (!session.Capabilities.Has("STARTTLS") || !(await session.RunAsync("STARTTLS", cancellation)).IsOk)
        {
            throw MailFaults.NoStartTls(Host);
        }

        await session.ProtectAsync(tls, cancellation);
        await session.AskCapabilitiesAsync(cancellation);
    }

    private async Task AuthenticateAsync(CancellationToken cancellation)
    {
        var capabilities = session.Capabilities;
        var mechanism = SaslMechanism.Choose(access.Credential, access.Server, name => capabilities.Has("AUTH=" + name));
        var before = capabilities;
        var status = mechanism is not null
            ? await AuthenticateAsync(mechanism, cancellation)
            : access.Credential is MailPassword secret && !capabilities.Has("LOGINDISABLED")
                ? await session.RunAsync(session.Command("LOGIN ").String(secret.User).Raw(" ").String(secret.Password), cancellation)
                : throw MailFaults.NoMechanism(Host, access.Credential);
        if (!status.IsOk)
        {
            throw status.IsTemporary ? MailFaults.Busy(Host, status.Text) : MailFaults.WrongSecret(Host, status.Text);
        }

        if (ReferenceEquals(session.Capabilities, before))
        {
            await session.AskCapabilitiesAsync(cancellation);
        }
    }

    private async Task<ImapStatus> AuthenticateAsync(SaslMechanism mechanism, CancellationToken cancellation)
    {
        var initial = mechanism.Initial;
        var command = session.Command("AUTHENTICATE " + mechanism.Name);
        if (initial is not null && session.Capabilities.Has("SASL-IR"))
        {
            command.Raw(initial.Length == 0 ? " =" : " " + Convert.ToBase64String(initial));
            initial = null;
        }

        await session.SayAsync(command.End(), cancellation);
        for (var round = 0; await session.ChallengeAsync(command.Tag, cancellation) is var status;)
        {
            if (status is not null)
            {
                return status;
            }

            var response = initial ?? mechanism.Answer(round++);
            initial = null;
            await (response is null ? session.WriteLineAsync("*", cancellation) : session.RespondAsync(response, cancellation));
            if (round > 8)
            {
                throw MailFaults.Garbage(Host, "it asks again and again at the sign-in");
            }
        }

        throw MailFaults.Garbage(Host, "it does not answer the sign-in");
    }
}
