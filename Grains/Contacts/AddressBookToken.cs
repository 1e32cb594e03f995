using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace OrleansIM.Grains.Contacts;

/// <summary>
/// Where a program that synchronizes stands: everything up to a seq of the account's log, and the presence that has that
/// digest. Says it all by itself, so it survives any restart. A URI, as RFC 6578 wants it.
/// </summary>
/// <param name="Seq">The last change of a contact that is known.</param>
/// <param name="Presence">A digest of everybody's presence.</param>
/// <param name="Part">Where a report that was cut goes on; null for a whole one.</param>
internal sealed record AddressBookToken(long Seq, string Presence, AddressBookPart? Part = null)
{
    /// <summary>What somebody knows who knows nothing.</summary>
    public static AddressBookToken Nothing { get; } = new(-1, "");

    private const string Prefix = "urn:orleansim:book:";

    public static bool TryParse(string text, [NotNullWhen(true)] out AddressBookToken? token)
    {
        token = null;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var fields = text[Prefix.Length..].Split(':');
        if (fields.Length is not (2 or 5) || !TryParseSeq(fields[0], out var seq))
        {
            return false;
        }

        if (fields.Length == 2)
        {
            token = seq < 0 ? null : new AddressBookToken(seq, fields[1]);
        }
        else if (TryParseSeq(fields[2], out var begun) && begun >= 0)
        {
            token = new AddressBookToken(seq, fields[1], new AddressBookPart(begun, fields[3], fields[4]));
        }

        return token is not null;
    }

    public override string ToString() => Part is { } part
        ? string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Seq}:{Presence}:{part.Seq}:{part.Presence}:{part.After}")
        : string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Seq}:{Presence}");

    private static bool TryParseSeq(string text, out long seq) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seq) && seq >= -1;
}

/// <summary>The rest of a report that was cut.</summary>
/// <param name="Seq">Where the book stood when the report began: what changed since is in the next one.</param>
/// <param name="Presence">The presence then.</param>
/// <param name="After">The last account that was reported; they come by their ids.</param>
internal sealed record AddressBookPart(long Seq, string Presence, string After);
