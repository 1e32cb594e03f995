namespace OrleansIM.Mail;

/// <summary>A part of a mail as BODYSTRUCTURE (RFC 3501, 7.4.2) tells it, whatever library has read that.</summary>
public sealed record MailPart
{
    /// <summary>
    /// What to ask for in <c>BODY[…]</c>: <c>1</c>, <c>2.1</c>. A mail with one part has it as <c>1</c>; the outermost
    /// multipart has an empty one.
    /// </summary>
    public required string Section { get; init; }

    /// <summary>The media type, like <c>text</c>, in any case.</summary>
    public required string Type { get; init; }

    /// <summary>Its subtype, like <c>plain</c>, in any case.</summary>
    public required string Subtype { get; init; }

    /// <summary>The parameter <c>charset</c>, as it stands there.</summary>
    public string? Charset { get; init; }

    /// <summary>Content-Transfer-Encoding, in any case.</summary>
    public string? Encoding { get; init; }

    /// <summary>Bytes as transferred; 0 for a multipart.</summary>
    public long Size { get; init; }

    /// <summary>The parameter <c>filename</c> of Content-Disposition, else <c>name</c> of Content-Type, decoded.</summary>
    public string? FileName { get; init; }

    /// <summary>Whether there is a Content-Disposition that is not <c>inline</c> (RFC 2183, 2.8).</summary>
    public bool IsAttachment { get; init; }

    /// <summary>Content-ID, as it stands there.</summary>
    public string? Id { get; init; }

    /// <summary>The parameter <c>start</c> of a multipart/related (RFC 2387): the Content-ID of its root.</summary>
    public string? Start { get; init; }

    /// <summary>The parts of a multipart. What is inside of a message/rfc822 is of no interest and may be left out.</summary>
    public IReadOnlyList<MailPart> Parts { get; init; } = [];

    /// <summary>Whether it is of that type, in any case.</summary>
    public bool Is(string type, string subtype)
        => Type.Equals(type, StringComparison.OrdinalIgnoreCase) && Subtype.Equals(subtype, StringComparison.OrdinalIgnoreCase);
}
