using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>Writes a <see cref="MailDraft"/> as a message, as <see cref="IMailboxConnector.Compose"/> says.</summary>
internal static class MimeWriter
{
    // RFC 5322, 2.1.1, without the line break.
    private const int LongestLine = 998;

    /// <exception cref="MailException">
    /// <see cref="MailFault.Refused"/>: a header would hold a line break, or what is no address or no Message-ID.
    /// </exception>
    public static byte[] Write(MailDraft draft)
    {
        var header = new StringBuilder();
        new HeaderField("From").Add(AddressWriter.Words(draft.From, "From")).WriteTo(header);
        Recipients(draft.To).WriteTo(header);
        new HeaderField("Subject").Add(TextWords(NoBreak(draft.Subject, "Subject"))).WriteTo(header);
        new HeaderField("Date").Add([DateOf(draft.Date)]).WriteTo(header);
        new HeaderField("Message-ID").Add([OwnId(draft.MessageId)]).WriteTo(header);
        ForeignIds("In-Reply-To", draft.InReplyTo is { } answered ? [answered] : []).WriteTo(header);
        ForeignIds("References", draft.References).WriteTo(header);
        var body = BodyText.Of(draft.Text);
        header.Append("MIME-Version: 1.0\r\n")
            .Append("Content-Type: text/plain; charset=").Append(body.Charset).Append("\r\n")
            .Append("Content-Transfer-Encoding: ").Append(body.Encoding).Append("\r\n\r\n");
        return [.. Encoding.UTF8.GetBytes(header.ToString()), .. Encoding.ASCII.GetBytes(body.Encoded)];
    }

    private static HeaderField Recipients(IReadOnlyList<MailAddress> to)
    {
        var field = new HeaderField("To");
        for (var i = 0; i < to.Count; i++)
        {
            var words = AddressWriter.Words(to[i], "To");
            words[^1] += i + 1 < to.Count ? "," : "";
            field.Add(words);
        }

        return to.Count > 0 ? field : field.Add(["undisclosed-recipients:;"]);
    }

    /// <summary>ASCII as it is, folded where it has single spaces; anything else as encoded words.</summary>
    private static IReadOnlyList<string> TextWords(string text)
    {
        var words = text.Split(' ');
        var isPlain = text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
            && !text.Contains("=?", StringComparison.Ordinal)
            && (text.Length == 0 || words.All(word => word.Length is > 0 and < LongestLine - 1));
        return isPlain ? words : EncodedWordWriter.Words(text);
    }

    // RFC 5322, 3.3.
    private static string DateOf(DateTimeOffset date)
        => date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture)
            + date.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    private static string OwnId(string id)
        => IsId(NoBreak(id, "Message-ID")) ? id : throw new MailException(MailFault.Refused, "The Message-ID is not of the form <left@right>.");

    /// <summary>They come from a mail that somebody else wrote; one that cannot be written is left out.</summary>
    private static HeaderField ForeignIds(string name, IEnumerable<string> ids)
        => new HeaderField(name).Add([.. ids.Where(id => IsId(NoBreak(id, name)))]);

    private static bool IsId(string id)
        => id.Length is > 2 and < LongestLine && id[0] == '<' && id[^1] == '>' && id.AsSpan().IndexOfAnyExceptInRange('!', '~') < 0;

    /// <summary>Whoever gets a line break into a header writes headers of their own, or the whole message.</summary>
    internal static string NoBreak(string value, string header)
        => value.AsSpan().ContainsAny('\r', '\n', '\0')
            ? throw new MailException(MailFault.Refused, $"The header {header} must not hold a line break.")
            : value;
}
