using System.Text;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>From a file of vCards to mail contacts. Pure.</summary>
internal static class VCardImport
{
    /// <summary>The largest file that is taken, in bytes. Photos are the most of it.</summary>
    public const int MaxFile = 16 * 1024 * 1024;

    /// <summary>Addresses that an account keeps.</summary>
    public const int MaxContacts = 5000;

    private const int MaxName = 256;

    /// <summary>Adds the contacts of a file to those that are there. A later card of the same address wins.</summary>
    /// <exception cref="ImException"><c>invalid_argument</c>: no vCard in it. <c>limit_reached</c>: too many.</exception>
    public static (IReadOnlyList<MailParty> Contacts, ImportedContacts What) Merge(IReadOnlyList<MailParty> before, ReadOnlySpan<byte> file)
    {
        var cards = VCardReader.ReadFile(file, MaxContacts + 1);
        if (cards.Count == 0)
        {
            throw new ImException(ErrorCodes.InvalidArgument, "The file holds no vCard: nothing in it begins with BEGIN:VCARD.");
        }

        if (cards.Count > MaxContacts)
        {
            throw new ImException(ErrorCodes.LimitReached, $"The file holds more than {MaxContacts} vCards. Import a smaller one.");
        }

        var contacts = before.ToDictionary(contact => MailAddresses.KeyOf(contact.Address), StringComparer.Ordinal);
        var what = new ImportedContacts { Cards = cards.Count(static card => !card.IsGroup) };
        foreach (var card in cards.Where(static card => !card.IsGroup))
        {
            what = Add(contacts, card, what);
        }

        return contacts.Count <= MaxContacts
            ? ([.. contacts.Values.OrderBy(static contact => contact.Name ?? contact.Address, StringComparer.OrdinalIgnoreCase)], what)
            : throw new ImException(ErrorCodes.LimitReached, $"There would be {contacts.Count} contacts; {MaxContacts} can be kept. Nothing was imported.");
    }

    private static ImportedContacts Add(Dictionary<string, MailParty> contacts, VCard card, ImportedContacts what)
    {
        var isReachable = false;
        foreach (var email in card.Emails)
        {
            if (!MailAddresses.TryNormalize(email.Address, out var address))
            {
                continue;
            }

            isReachable = true;
            var key = MailAddresses.KeyOf(address);
            contacts.TryGetValue(key, out var known);
            var contact = new MailParty { Address = known?.Address ?? address, Name = NameOf(card) ?? known?.Name };
            contacts[key] = contact;
            what = known is null ? what with { Added = what.Added + 1 }
                : known.Name != contact.Name ? what with { Renamed = what.Renamed + 1 }
                : what;
        }

        return isReachable ? what : what with { WithoutAddress = what.WithoutAddress + 1 };
    }

    /// <summary>One line, and not too long; null if there is none.</summary>
    private static string? NameOf(VCard card)
    {
        var name = new StringBuilder();
        foreach (var c in card.DisplayName ?? "")
        {
            name.Append(char.IsControl(c) || c is '\u2028' or '\u2029' ? ' ' : c);
        }

        var line = name.ToString().Trim();
        var end = Math.Min(line.Length, MaxName);
        end -= end < line.Length && char.IsHighSurrogate(line[end - 1]) ? 1 : 0;
        return end == 0 ? null : line[..end];
    }
}
