using System.Globalization;

namespace OrleansIM.Mail;

/// <summary>Reads BODYSTRUCTURE (RFC 3501, 7.4.2).</summary>
internal static class ImapStructure
{
    public static MailPart Read(ImapValue body) => body[0].IsList ? ReadMultipart(body, "") : ReadPart(body, "1");

    private static MailPart ReadMultipart(ImapValue body, string section)
    {
        var parts = new List<MailPart>();
        while (body[parts.Count].IsList)
        {
            var inner = body[parts.Count];
            var innerSection = string.Create(CultureInfo.InvariantCulture, $"{section}{(section.Length > 0 ? "." : "")}{parts.Count + 1}");
            parts.Add(inner[0].IsList ? ReadMultipart(inner, innerSection) : ReadPart(inner, innerSection));
        }

        var parameters = Pairs(body[parts.Count + 1]);
        return new MailPart
        {
            Section = section,
            Type = "multipart",
            Subtype = body[parts.Count].Text ?? "mixed",
            Start = Rfc2231.Find(parameters, "start"),
            IsAttachment = IsAttachment(body[parts.Count + 2]),
            Parts = parts,
        };
    }

    private static MailPart ReadPart(ImapValue body, string section)
    {
        var (type, subtype) = (body[0].Text ?? "application", body[1].Text ?? "octet-stream");
        var parameters = Pairs(body[2]);
        var disposition = body[DispositionAt(type, subtype)];
        return new MailPart
        {
            Section = section,
            Type = type,
            Subtype = subtype,
            Charset = Rfc2231.Find(parameters, "charset"),
            Id = body[3].Text,
            Encoding = body[5].Text,
            Size = long.TryParse(body[6].Text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : 0,
            FileName = Rfc2231.Find(Pairs(disposition[1]), "filename") ?? Rfc2231.Find(parameters, "name"),
            IsAttachment = IsAttachment(disposition),
        };
    }

    /// <summary>A text has a count of lines before it; a message its envelope, its structure and the lines.</summary>
    private static int DispositionAt(string type, string subtype)
        => type.Equals("text", StringComparison.OrdinalIgnoreCase) ? 9
            : type.Equals("message", StringComparison.OrdinalIgnoreCase) && (subtype.Equals("rfc822", StringComparison.OrdinalIgnoreCase)
                || subtype.Equals("global", StringComparison.OrdinalIgnoreCase)) ? 11
            : 8;

    private static bool IsAttachment(ImapValue disposition)
        => disposition[0].Text is { } how && !how.Equals("inline", StringComparison.OrdinalIgnoreCase);

    private static List<KeyValuePair<string, string>> Pairs(ImapValue list)
    {
        var pairs = new List<KeyValuePair<string, string>>(list.Items.Count / 2);
        for (var i = 0; i + 1 < list.Items.Count; i += 2)
        {
            if (list[i].Text is { } name && list[i + 1].Text is { } value)
            {
                pairs.Add(new(name, value));
            }
        }

        return pairs;
    }
}
