using System.Text;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// A mail, as far as it is shown: its headers by what reads them on this engine, its body as the preview. What is shown is one
/// line without control characters, whatever was sent.
/// </summary>
internal sealed class MimeTarget : FuzzTarget
{
    public override string Name => "mime";

    public override string About => "mails: headers, charsets, transfer encodings, HTML, previews";

    public override IReadOnlyList<string> Words { get; } =
    [
        "Subject: ", "From: ", "Sender: ", "To: ", "Cc: ", "Date: ", "Message-ID: ", "References: ", "In-Reply-To: ", "Content-Type: text/html; charset=", "Content-Type: text/plain; charset=",
        "Content-Type: text/enriched", "Content-Transfer-Encoding: base64", "Content-Transfer-Encoding: quoted-printable", "=?utf-8?q?", "=?utf-8?b?", "=?iso-2022-jp?b?", "=?gb18030?b?",
        "=?utf-7?q?", "=?us-ascii'en'?q?", "?=", "?= =?", "=C3=A9", "=\r\n", "w6k=", "\r\n ", "<a@b.c>", "\"a\" <a@b.c>", "undisclosed:;", "(comment (nested))", "utf-8", "utf-16", "utf-7", "iso-2022-kr",
        "hz-gb-2312", "windows-1252", "Mon, 1 Jan 2024 00:00:00 +0000", "31 Dec 9999 23:59:60 -2359", "<p>", "</p>", "<br>", "<style>", "</style>", "<script>", "<!--", "-->", "<![CDATA[", "&amp;", "&#0;",
        "&#x110000;", "&#xd800;", "&nbsp;", "<table>", "<td>", "<a href=", "<meta charset=", "begin 644 x\r\n", "end\r\n", "<fontfamily>", "<param>", "> ", "-- \r\n", "\u001b$B", "\u001b(B", "~{", "~}", "\u202e", "\u00e9",
        "filename*0*=utf-8''%C3", "filename*1=", "\0",
    ];

    public override int BoundedInputs => 10_000;

    /// <summary>As of a mail client: MimeKit allocates some 300 bytes for each byte of a list of addresses that are none.</summary>
    public override long Allowance(int length) => 4 * 1024 * 1024 + 512L * length;

    public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var (head, body) = Cut(input.Span);
        var (shown, from, subject) = ShownHeaders.Read(head);
        ShownText.Check(from);
        ShownText.CheckLine(subject, MailText.MaxSubject, "subject");
        var part = PartOf(Encoding.Latin1.GetString(head));
        var preview = PreviewBody.Decode(body, part);
        ShownText.CheckLine(preview, MailText.MaxPreview, "preview");
        return new($"{shown} {part.Is("text", "html")} {part.Is("text", "enriched")} {part.Encoding is null} {subject.Length > 0} {from.Address.Length > 0} {from.Name is null} {Math.Min(preview.Length, 3)}");
    }

    private static (byte[] Head, byte[] Body) Cut(ReadOnlySpan<byte> mail)
    {
        var end = mail.IndexOf("\r\n\r\n"u8);
        var (at, length) = end >= 0 ? (end, 4) : (mail.IndexOf("\n\n"u8), 2);
        return at < 0 ? (mail.ToArray(), []) : (mail[..(at + length)].ToArray(), mail[(at + length)..].ToArray());
    }

    /// <summary>As a mail server would put it: what is in the headers, read carelessly.</summary>
    private static MailPart PartOf(string head)
    {
        var type = Header(head, "Content-Type:");
        var words = type.Split(['/', ';', ' '], 3, StringSplitOptions.TrimEntries);
        var charset = type.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        return new MailPart
        {
            Section = "1",
            Type = words[0].Length > 0 ? words[0] : "text",
            Subtype = words.ElementAtOrDefault(1) ?? "plain",
            Charset = charset < 0 ? null : type[(charset + 8)..].Trim('"', ' ', ';'),
            Encoding = Header(head, "Content-Transfer-Encoding:") is { Length: > 0 } encoding ? encoding : null,
        };
    }

    private static string Header(string head, string name)
    {
        var at = head.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0 ? "" : head[(at + name.Length)..].Split('\n')[0].Trim();
    }
}
