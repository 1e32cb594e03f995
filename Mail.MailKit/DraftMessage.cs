using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace OrleansIM.Mail;

/// <summary>Writes a <see cref="MailDraft"/> with MimeKit, as <see cref="IMailboxConnector.Compose"/> says.</summary>
internal static class DraftMessage
{
    // RFC 5322, 2.1.1, without the line break.
    private const int LongestLine = 998;

    // RFC 2047, 2: 75 characters, of which base64 has 63 at most.
    private const int BytesOfAWord = 45;

    /// <exception cref="MailException">
    /// <see cref="MailFault.Refused"/>: a header would hold a line break, or what is no address or no Message-ID.
    /// </exception>
    public static byte[] Write(MailDraft draft)
    {
        using var message = new MimeMessage();
        message.From.Add(Address(draft.From, "From"));
        message.To.AddRange(draft.To.Select(static who => Address(who, "To")));
        SetSubject(message, NoBreak(draft.Subject, "Subject"));
        message.Date = draft.Date;
        message.MessageId = Id(draft.MessageId, "Message-ID")
            ?? throw new MailException(MailFault.Refused, "The Message-ID is not of the form <left@right>.");
        message.InReplyTo = draft.InReplyTo is { } answered ? Id(answered, "In-Reply-To") : null;
        foreach (var id in draft.References.Select(static id => Id(id, "References")).OfType<string>())
        {
            message.References.Add(id);
        }

        message.Body = Body(draft.Text);
        var format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        format.EnsureNewLine = true;
        format.International = message.From.Concat(message.To).Cast<MailboxAddress>().Any(static who => !Ascii.IsValid(who.LocalPart));
        using var bytes = new MemoryStream();
        message.WriteTo(format, bytes);
        return bytes.ToArray();
    }

    /// <summary>What looks like an encoded word (RFC 2047) and is none has to become one, or it is decoded when it is read.</summary>
    private static void SetSubject(MimeMessage message, string subject)
    {
        message.Subject = subject;
        if (!subject.Contains("=?", StringComparison.Ordinal))
        {
            return;
        }

        var words = new StringBuilder();
        var bytes = new List<byte>();
        foreach (var rune in subject.EnumerateRunes())
        {
            if (bytes.Count + rune.Utf8SequenceLength > BytesOfAWord)
            {
                EndWord();
            }

            bytes.AddRange(Encoding.UTF8.GetBytes(rune.ToString()));
        }

        EndWord();
        message.Headers[HeaderId.Subject] = "";
        message.Headers.First(static header => header.Id == HeaderId.Subject).SetRawValue(Encoding.ASCII.GetBytes(words + "\r\n"));

        void EndWord()
        {
            words.Append(words.Length > 0 ? "\r\n" : "").Append(" =?utf-8?b?").Append(Convert.ToBase64String([.. bytes])).Append("?=");
            bytes.Clear();
        }
    }

    private static MailboxAddress Address(MailAddress who, string header)
    {
        var name = NoBreak(who.Name ?? "", header);
        return MailboxAddress.TryParse(NoBreak(who.Address, header), out var address) && address.Domain.Length > 0
            ? new MailboxAddress(Encoding.UTF8, name, address.Address)
            : throw new MailException(MailFault.Refused, $"The header {header} needs an address of the form name@domain.");
    }

    /// <summary>The id without its brackets, or null: ids of other mails come from whoever wrote them.</summary>
    private static string? Id(string id, string header)
        => NoBreak(id, header) is { Length: > 2 and < LongestLine } && id[0] == '<' && id[^1] == '>'
            && id.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0 && MimeUtils.EnumerateReferences(id).ToList() is [var only]
                ? only
                : null;

    private static TextPart Body(string text)
    {
        var lines = text.ReplaceLineEndings("\r\n");
        var part = new TextPart("plain");
        part.SetText(Ascii.IsValid(lines) ? Encoding.ASCII : Encoding.UTF8, lines.EndsWith('\n') ? lines : lines + "\r\n");
        part.ContentTransferEncoding = part.GetBestEncoding(EncodingConstraint.SevenBit, LongestLine);
        return part;
    }

    /// <summary>Whoever gets a line break into a header writes headers of their own, or the whole message.</summary>
    private static string NoBreak(string value, string header)
        => value.AsSpan().ContainsAny('\r', '\n', '\0')
            ? throw new MailException(MailFault.Refused, $"The header {header} must not hold a line break.")
            : value;
}
