namespace OrleansIM.Mail;

/// <summary>What a FETCH response brings of a mail.</summary>
internal sealed class ImapFetch
{
    public uint Uid { get; private set; }

    /// <summary>Null if they are not in it.</summary>
    public IReadOnlyList<string>? Flags { get; private set; }

    public string? InternalDate { get; private set; }

    public ImapEnvelope? Envelope { get; private set; }

    public MailPart? Structure { get; private set; }

    public string? Preview { get; private set; }

    /// <summary>What is in <c>BODY[…]</c>.</summary>
    public byte[]? Body { get; private set; }

    public bool IsRead => Flags?.Contains("\\Seen", StringComparer.OrdinalIgnoreCase) == true;

    /// <summary>Whether it is more than news about flags.</summary>
    public bool IsAnswer => Uid != 0 && (Envelope is not null || Structure is not null || Body is not null);

    public static ImapFetch Parse(ref ImapParser parser)
    {
        var fetch = new ImapFetch();
        parser.Skip((byte)'(');
        while (!parser.IsAtEnd && !parser.Skip((byte)')'))
        {
            parser.SkipSpaces();
            var left = parser.Left;
            var attribute = parser.Attribute().ToUpperInvariant();
            if (attribute.Length == 0)
            {
                // Something that belongs nowhere.
                _ = parser.Value();
                parser.SkipIfStuck(left);
                continue;
            }

            parser.SkipSpaces();
            fetch.Take(attribute, ref parser);
            parser.SkipSpaces();
        }

        return fetch;
    }

    private void Take(string attribute, ref ImapParser parser)
    {
        switch (attribute)
        {
            case "UID":
                Uid = parser.TryNumber(out var uid) ? (uint)Math.Min(uid, uint.MaxValue) : 0;
                break;
            case "FLAGS":
                Flags = parser.Words();
                break;
            case "INTERNALDATE":
                InternalDate = parser.Text();
                break;
            case "ENVELOPE":
                Envelope = new ImapEnvelope(parser.Value());
                break;
            case "BODYSTRUCTURE":
                Structure = ImapStructure.Read(parser.Value());
                break;
            case "PREVIEW":
                Preview = parser.Bytes() is { } preview ? Charsets.Decode(preview, "utf-8") : null;
                break;
            case var _ when attribute.StartsWith("BODY[", StringComparison.Ordinal):
                Body = parser.Bytes() ?? [];
                break;
            default:
                _ = parser.Value();
                break;
        }
    }
}
