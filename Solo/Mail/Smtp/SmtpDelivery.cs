using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>Hands one message over.</summary>
internal sealed class SmtpDelivery(SmtpSession session, MailSubmission submission)
{
    private readonly List<RefusedRecipient> _refused = [];
    private readonly List<string> _accepted = [];

    public async Task<MailSubmitted> RunAsync(CancellationToken cancellation)
    {
        var refusal = Impossible() ?? await SendFromAsync(cancellation);
        if (refusal is null)
        {
            await SendRecipientsAsync(cancellation);
            refusal = _accepted.Count > 0 ? await SendMessageAsync(cancellation) : null;
        }

        if (refusal is not null)
        {
            RefuseAll(refusal);
        }

        return new MailSubmitted(_refused);
    }

    private bool IsInternational
        => !SmtpAddress.IsAscii(submission.From) || submission.Recipients.Any(static recipient => !SmtpAddress.IsAscii(recipient)) || HasWideHeader;

    private bool HasWideHeader
    {
        get
        {
            var end = submission.Message.AsSpan().IndexOf("\r\n\r\n"u8);
            return submission.Message.AsSpan(0, end < 0 ? submission.Message.Length : end).ContainsAnyInRange((byte)0x80, (byte)0xff);
        }
    }

    /// <summary>Why there is no need to ask, or null.</summary>
    private SmtpReply? Impossible()
    {
        if (!EnvelopeAddress.IsSafe(submission.From))
        {
            return new SmtpReply(553, ["5.1.7 The sender's address cannot be written in a mail."]);
        }

        if ((!SmtpAddress.IsAscii(submission.From) || HasWideHeader) && !session.Has("SMTPUTF8"))
        {
            return new SmtpReply(553, ["5.6.7 The mail server cannot send to or from addresses beyond ASCII (SMTPUTF8)."]);
        }

        return long.TryParse(session.Parameters("SIZE"), NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out var most)
            && most > 0 && submission.Message.Length > most
            ? new SmtpReply(552, [$"5.3.4 The mail is too long: the mail server takes {most / 1024:n0} KiB."])
            : null;
    }

    /// <returns>The refusal, or null.</returns>
    private async Task<SmtpReply?> SendFromAsync(CancellationToken cancellation)
    {
        var command = new StringBuilder($"MAIL FROM:<{SmtpAddress.OnWire(submission.From)}>");
        if (session.Has("SIZE"))
        {
            command.Append(CultureInfo.InvariantCulture, $" SIZE={submission.Message.Length}");
        }

        if (session.Has("8BITMIME") && submission.Message.AsSpan().ContainsAnyInRange((byte)0x80, (byte)0xff))
        {
            command.Append(" BODY=8BITMIME");
        }

        if (session.Has("SMTPUTF8") && IsInternational)
        {
            command.Append(" SMTPUTF8");
        }

        return await session.AskAsync(command.ToString(), cancellation) is { IsGood: false } refusal ? refusal : null;
    }

    private async Task SendRecipientsAsync(CancellationToken cancellation)
    {
        foreach (var recipient in submission.Recipients)
        {
            var reply = !EnvelopeAddress.IsSafe(recipient) ? new SmtpReply(553, ["5.1.3 The address cannot be written in a mail."])
                : !SmtpAddress.IsAscii(recipient) && !session.Has("SMTPUTF8")
                    ? new SmtpReply(553, ["5.6.7 The mail server cannot send to addresses beyond ASCII (SMTPUTF8)."])
                : await session.AskAsync($"RCPT TO:<{SmtpAddress.OnWire(recipient)}>", cancellation);
            if (reply.IsGood)
            {
                _accepted.Add(recipient);
            }
            else
            {
                _refused.Add(new RefusedRecipient(recipient, reply.IsTemporary, reply.Full));
            }
        }
    }

    /// <returns>The refusal, or null.</returns>
    private async Task<SmtpReply?> SendMessageAsync(CancellationToken cancellation)
    {
        var reply = await session.AskAsync("DATA", cancellation);
        if (reply.Code != 354)
        {
            return reply.IsGood ? throw MailFaults.Garbage(session.Host, "it does not take a message that it was to take") : reply;
        }

        await session.WriteAsync(SmtpText.Stuffed(submission.Message), cancellation);
        cancellation.ThrowIfCancellationRequested();

        // From here on nobody can say whether the server has it, until it does.
        try
        {
            await session.WriteAsync(SmtpText.End, cancellation);
            return await session.ReadAnyAsync(cancellation) is { IsGood: false } refusal ? refusal : null;
        }
        catch (Exception failure) when (failure is MailException or OperationCanceledException)
        {
            throw new MailException(
                MailFault.OutcomeUnknown, $"{session.Host} got the mail and did not say whether it took it. It may be on its way.", failure);
        }
    }

    private void RefuseAll(SmtpReply reply)
    {
        var known = _refused.Select(static refused => refused.Address).ToHashSet();
        _refused.AddRange(submission.Recipients
            .Where(recipient => !known.Contains(recipient))
            .Select(recipient => new RefusedRecipient(recipient, reply.IsTemporary, reply.Full)));
    }
}
