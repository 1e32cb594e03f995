using System.Text;
using System.Text.RegularExpressions;

namespace OrleansIM.Mail;

/// <summary>Makes the preview of a mail from the beginning of its text part.</summary>
public static partial class PreviewBody
{
    // Where HTML has to say its charset (HTML Living Standard, 4.2.5.4).
    private const int MetaBytes = 1024;

    /// <summary>
    /// The preview (<see cref="MailText.Preview"/>). Quoted-printable and base64 are decoded as far as they can be,
    /// uuencoded files in a plain text are left out, HTML and enriched text are reduced to text. HTML whose part names no
    /// charset is asked for its own.
    /// </summary>
    /// <param name="raw">
    /// The first bytes of the part as transferred, at most <see cref="MailText.PreviewBytes"/> of which are looked at.
    /// They may end anywhere.
    /// </param>
    /// <param name="part">The part they are of, from <see cref="PreviewPart.Choose"/>.</param>
    public static string Decode(byte[] raw, MailPart part)
    {
        var bytes = Untransfer(raw.AsSpan(0, Math.Min(raw.Length, MailText.PreviewBytes)), part.Encoding);
        var isHtml = part.Is("text", "html");
        var text = Charsets.Decode(bytes, isHtml ? CharsetOfHtml(bytes, part.Charset) : part.Charset);
        return MailText.Preview(
            isHtml ? HtmlText.ToText(text)
            : part.Is("text", "enriched") || part.Is("text", "richtext") ? EnrichedText.ToText(text)
            : UuencodedText.Remove(text));
    }

    /// <summary>What a mail says about its HTML counts more than what the HTML says: it may have been recoded on its way.</summary>
    private static string? CharsetOfHtml(byte[] bytes, string? given)
        => Charsets.Find(given) is null && Charsets.TryUtf8(bytes) is null
            && MetaCharset().Match(Encoding.Latin1.GetString(bytes, 0, Math.Min(bytes.Length, MetaBytes))) is { Success: true } meta
                ? meta.Groups[1].Value
                : given;

    private static byte[] Untransfer(ReadOnlySpan<byte> raw, string? encoding) => encoding?.Trim().ToLowerInvariant() switch
    {
        "quoted-printable" => TransferEncoding.DecodeQuotedPrintable(raw),
        "base64" => TransferEncoding.DecodeBase64(raw),
        _ => raw.ToArray(),
    };

    [GeneratedRegex("""<meta[^>]{0,200}charset\s*=\s*["']?([\w.:-]{1,40})""", RegexOptions.IgnoreCase)]
    private static partial Regex MetaCharset();
}
