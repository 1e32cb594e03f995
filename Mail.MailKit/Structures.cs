using System.Globalization;
using MailKit;

namespace OrleansIM.Mail;

/// <summary>BODYSTRUCTURE as MailKit has read it, for <see cref="PreviewPart"/>.</summary>
internal static class Structures
{
    public static MailPart Read(BodyPart body) => body is BodyPartMultipart multipart ? ReadMultipart(multipart, "") : ReadPart(body, "1");

    private static MailPart ReadMultipart(BodyPartMultipart body, string section) => new()
    {
        Section = section,
        Type = "multipart",
        Subtype = body.ContentType.MediaSubtype,
        Start = body.ContentType.Parameters["start"],
        IsAttachment = IsAttachment(body.ContentDisposition),
        Parts = [.. body.BodyParts.Select((part, i) => ReadChild(part, Below(section, i + 1)))],
    };

    private static MailPart ReadChild(BodyPart body, string section)
        => body is BodyPartMultipart multipart ? ReadMultipart(multipart, section) : ReadPart(body, section);

    private static MailPart ReadPart(BodyPart body, string section)
    {
        var part = body as BodyPartBasic;
        return new MailPart
        {
            Section = section,
            Type = body.ContentType.MediaType,
            Subtype = body.ContentType.MediaSubtype,
            Charset = body.ContentType.Charset,
            Id = part?.ContentId,
            Encoding = part?.ContentTransferEncoding,
            Size = part?.Octets ?? 0,
            FileName = part?.ContentDisposition?.FileName ?? body.ContentType.Name,
            IsAttachment = IsAttachment(part?.ContentDisposition),
        };
    }

    private static string Below(string section, int number)
        => string.Create(CultureInfo.InvariantCulture, $"{section}{(section.Length > 0 ? "." : "")}{number}");

    private static bool IsAttachment(MimeKit.ContentDisposition? disposition)
        => disposition is not null && !disposition.Disposition.Equals("inline", StringComparison.OrdinalIgnoreCase);
}
