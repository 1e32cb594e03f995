using System.Globalization;
using System.Text;
using OrleansIM.Protocol;

namespace OrleansIM.Mail;

/// <summary>Writes cards: CRLF, lines folded at 75 bytes of UTF-8 between characters, texts escaped.</summary>
public static class VCardWriter
{
    private const int MaxLine = 75;

    public static string Write(VCard card, VCardVersion version)
    {
        var text = new StringBuilder();
        Line(text, "BEGIN", "VCARD");
        Line(text, "VERSION", version == VCardVersion.V4 ? "4.0" : "3.0");
        if (card.IsGroup)
        {
            Line(text, version == VCardVersion.V4 ? "KIND" : "X-ADDRESSBOOKSERVER-KIND", "group");
        }

        if (card.Uid is not null)
        {
            // In 4.0 it is a URI, unless it says otherwise.
            var isUri = version == VCardVersion.V4 && IsUri(card.Uid);
            Line(text, version == VCardVersion.V4 && !isUri ? "UID;VALUE=text" : "UID", isUri ? Uri(card.Uid) : Escape(card.Uid));
        }

        // FN is compulsory in both, N in 3.0 only.
        var name = card.DisplayName ?? "";
        Line(text, "FN", Escape(name));
        if (card.Name is not null || version == VCardVersion.V3)
        {
            var parts = card.Name ?? new VCardName("", name);
            Line(text, "N", string.Join(';', Components(parts).Select(Escape)));
        }

        Line(text, "NICKNAME", string.Join(',', card.Nicknames.Select(Escape)));
        WriteEmails(text, card.Emails, version);
        foreach (var address in card.Impps)
        {
            Line(text, "IMPP", Uri(address));
        }

        Line(text, "ORG", string.Join(';', card.Organization.Select(Escape)));
        Line(text, "NOTE", Escape(card.Note ?? ""));
        Line(text, "CATEGORIES", string.Join(',', card.Categories.Select(Escape)));
        if (card.Revision is { } revision)
        {
            var form = version == VCardVersion.V4 ? "yyyyMMdd'T'HHmmss'Z'" : "yyyy-MM-dd'T'HH:mm:ss'Z'";
            Line(text, "REV", revision.UtcDateTime.ToString(form, CultureInfo.InvariantCulture));
        }

        Line(text, "END", "VCARD");
        return text.ToString();
    }

    private static void WriteEmails(StringBuilder text, IReadOnlyList<VCardEmail> emails, VCardVersion version)
    {
        foreach (var email in emails)
        {
            var types = email.Types.Where(IsToken);
            if (version == VCardVersion.V3)
            {
                string[] all = ["INTERNET", .. types.Select(type => type.ToUpperInvariant()), .. email.IsPreferred ? ["PREF"] : Array.Empty<string>()];
                Line(text, $"EMAIL;TYPE={string.Join(',', all.Distinct())}", Escape(email.Address));
            }
            else
            {
                var parameters = string.Concat(types.Select(type => $";TYPE={type.ToLowerInvariant()}"));
                Line(text, $"EMAIL{(email.IsPreferred ? ";PREF=1" : "")}{parameters}", Escape(email.Address));
            }
        }
    }

    private static string[] Components(VCardName name) => [name.Family, name.Given, name.Additional, name.Prefixes, name.Suffixes];

    /// <summary>A backslash, which no URI has, would be taken for an escape.</summary>
    private static bool IsUri(string text) => !text.Contains('\\', StringComparison.Ordinal) && System.Uri.TryCreate(text, UriKind.Absolute, out _);

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');

    private static string Uri(string text) => string.Concat(text.Where(c => !char.IsControl(c)));

    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var c in text.ReplaceLineEndings("\n"))
        {
            _ = c switch
            {
                '\n' => escaped.Append("\\n"),
                '\\' or ',' or ';' => escaped.Append('\\').Append(c),
                '\t' => escaped.Append(c),
                _ when char.IsControl(c) => escaped,
                _ => escaped.Append(c),
            };
        }

        return escaped.ToString();
    }

    /// <summary>A property, unless it is empty; FN may be.</summary>
    private static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length == 0 && name != "FN")
        {
            return;
        }

        var bytes = 0;
        foreach (var rune in $"{name}:{value}".EnumerateRunes())
        {
            if (bytes + rune.Utf8SequenceLength > MaxLine)
            {
                text.Append("\r\n ");
                bytes = 1;
            }

            text.Append(rune.ToString());
            bytes += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
