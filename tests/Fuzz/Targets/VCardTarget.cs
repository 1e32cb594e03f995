using System.Text;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;
using OrleansIM.Protocol;

namespace OrleansIM.Fuzz.Targets;

/// <summary>vCards: nothing that is wrong in one fails, and what was read, written and read again stays the same from there on.</summary>
internal sealed class VCardTarget : FuzzTarget
{
    public override string Name => "vcard";

    public override string About => "vCards of 2.1, 3.0 and 4.0: read, written and read again";

    public override IReadOnlyList<string> Words { get; } =
    [
        "BEGIN:VCARD\r\n", "END:VCARD\r\n", "END;X=1:VCARD\r\n", "VERSION:2.1\r\n", "VERSION:3.0\r\n", "VERSION:4.0\r\n", "UID:", "FN:", "N:", "NICKNAME:", "EMAIL:", "IMPP:", "ORG:", "NOTE:",
        "CATEGORIES:", "KIND:group\r\n", "REV:", "item1.EMAIL", ";TYPE=", ";PREF=1", ";ENCODING=QUOTED-PRINTABLE", ";CHARSET=utf-8", ";CHARSET=iso-2022-jp", ";QUOTED-PRINTABLE", ";VALUE=text",
        "\\n", "\\,", "\\;", "\\\\", "=C3=A9", "=\r\n", "\r\n ", "\r\n\t", "mailto:", "xmpp:", "20240102T030405Z", "2024-01-02T03:04:05+14:00", "a@b.c", "AGENT:", "PHOTO;ENCODING=b:", "\"", "\u2028", "\uFEFF",
        "urn:uuid:1", "\u00e9", "\U0001F600",
    ];

    public override int BoundedInputs => 5_000;

    public override int MaxInput => 256 * 1024;

    /// <summary>It is read and written several times over.</summary>
    public override long Allowance(int length) => 2 * 1024 * 1024 + 2048L * length;

    public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var cards = VCardReader.ReadFile(input.Span, most: 1_000, Charsets.Decode);
        var shape = 0;
        foreach (var card in cards.Take(20))
        {
            shape |= Shape(card);
            CheckRoundTrip(card, VCardVersion.V3);
            CheckRoundTrip(card, VCardVersion.V4);
        }

        return new($"{Math.Min(cards.Count, 3)} {shape:x}");
    }

    private static void CheckRoundTrip(VCard card, VCardVersion version)
    {
        var once = VCardWriter.Write(card, version);
        var again = VCardReader.Read(once) is [var one] ? VCardWriter.Write(one, version) : throw new BrokenPromiseException($"what is written in {version} is one card", once);
        if (again != once)
        {
            throw new BrokenPromiseException($"what is written in {version} stays the same", $"{once}\nand then\n{again}");
        }

        foreach (var line in once.Split("\r\n"))
        {
            if (Encoding.UTF8.GetByteCount(line) > 75 || line.AsSpan().ContainsAny('\r', '\n'))
            {
                throw new BrokenPromiseException("lines are folded at 75 bytes", line);
            }
        }
    }

    private static int Shape(VCard card) =>
        (card.Uid is null ? 0 : 1) | (card.FormattedName.Length > 0 ? 2 : 0) | (card.Name is null ? 0 : 4) | (card.Nicknames.Count > 0 ? 8 : 0) | (card.Emails.Count > 1 ? 32 : card.Emails.Count > 0 ? 16 : 0)
        | (card.Impps.Count > 0 ? 64 : 0) | (card.Organization.Count > 0 ? 128 : 0) | (card.Note is null ? 0 : 256) | (card.Categories.Count > 0 ? 512 : 0) | (card.IsGroup ? 1024 : 0)
        | (card.Revision is null ? 0 : 2048) | (card.Emails.Any(email => email.IsPreferred) ? 4096 : 0) | (card.Emails.Any(email => email.Types.Count > 0) ? 8192 : 0);
}
