namespace OrleansIM.Mail;

/// <summary>Which part of a mail its preview is made of.</summary>
public static class PreviewPart
{
    // Deeper than any mail program nests; what is below is not looked at.
    private const int Deepest = 32;

    // A lone line break.
    private const int NoContent = 2;

    /// <summary>
    /// The text to show, or null if the mail has none. Of a multipart/alternative the plain one, else HTML, else
    /// text/enriched, in whatever order they stand; of a multipart/related its root; of any other multipart (mixed, signed,
    /// report…) the first text in it. Never an attachment, never what is inside of a forwarded message, never a part
    /// without content (2 bytes or less: a lone line break). Texts are text/plain, text/markdown, text/html, text/enriched
    /// and text/richtext.
    /// </summary>
    public static MailPart? Choose(MailPart root) => Choose(root, Deepest);

    private static MailPart? Choose(MailPart part, int depth)
    {
        if (depth == 0 || part.IsAttachment)
        {
            return null;
        }

        if (!part.Type.Equals("multipart", StringComparison.OrdinalIgnoreCase))
        {
            return RankOf(part) is not null && part.Size > NoContent ? part : null;
        }

        var texts = InOrder(part).Select(child => Choose(child, depth - 1)).OfType<MailPart>();
        return part.Is("multipart", "alternative") ? texts.MinBy(RankOf) : texts.FirstOrDefault();
    }

    /// <summary>The root of a multipart/related is its first part, unless <see cref="MailPart.Start"/> names another.</summary>
    private static IEnumerable<MailPart> InOrder(MailPart part)
        => part.Start is { } start && part.Is("multipart", "related")
            ? part.Parts.OrderBy(child => child.Id != start)
            : part.Parts;

    // A subtype may be missing: Content-Type: text.
    private static int? RankOf(MailPart part) => !part.Type.Equals("text", StringComparison.OrdinalIgnoreCase) ? null : part.Subtype.ToLowerInvariant() switch
    {
        "plain" or "" => 1,
        "markdown" => 2,
        "html" => 3,
        "enriched" or "richtext" => 4,
        _ => null,
    };
}
