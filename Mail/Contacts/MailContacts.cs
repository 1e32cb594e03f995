using OrleansIM.Protocol;

namespace OrleansIM.Mail;

/// <summary>Somebody at a mail address.</summary>
public sealed record MailContact
{
    /// <summary>As it is written in the address book, else in the newest mail.</summary>
    public required string Address { get; init; }

    public string? Name { get; init; }

    /// <summary>It is from the address book.</summary>
    public bool IsFromBook { get; init; }

    /// <summary>When there was mail last; null if never.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>The contacts of a mailbox: its address book, and who it corresponds with. Pure.</summary>
public static class MailContacts
{
    private const int MaxName = 200;

    /// <summary>
    /// One contact per address, whatever its case. A name in the address book wins over those in mails, of those the newest
    /// wins, and an address that stands there as a name is none.
    /// </summary>
    /// <param name="cards">The address book, in its order; of two cards with an address the first gives the name.</param>
    /// <param name="correspondents">From mails, in any order; those of the last time may be among them.</param>
    /// <param name="most">How many stay: those of the address book, then those with the newest mail.</param>
    /// <returns>By name, those without one by address.</returns>
    public static IReadOnlyList<MailContact> Merge(IEnumerable<CardDavCard> cards, IEnumerable<MailCorrespondent> correspondents, int most)
    {
        var contacts = new Dictionary<string, MailContact>();
        foreach (var card in cards)
        {
            foreach (var address in card.Addresses)
            {
                AddFromBook(contacts, address, card.Name);
            }
        }

        foreach (var correspondent in correspondents.OrderByDescending(one => one.At))
        {
            AddFromMail(contacts, correspondent);
        }

        return
        [
            .. contacts.Values
                .OrderByDescending(contact => contact.IsFromBook).ThenByDescending(contact => contact.At).Take(most)
                .OrderBy(contact => contact.Name ?? contact.Address, StringComparer.OrdinalIgnoreCase)
                .ThenBy(contact => contact.Address, StringComparer.Ordinal),
        ];
    }

    /// <summary>Contacts whose name or address has every word of a text in it, in their order.</summary>
    /// <param name="contacts">The contacts.</param>
    /// <param name="text">Any case; null or empty finds all.</param>
    /// <param name="limit">How many, at most.</param>
    public static IReadOnlyList<MailContact> Find(IEnumerable<MailContact> contacts, string? text, int limit)
    {
        var words = (text ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return [.. contacts.Where(contact => words.All(word => Has(contact, word))).Take(limit)];
    }

    private static bool Has(MailContact contact, string word)
        => contact.Address.Contains(word, StringComparison.OrdinalIgnoreCase)
            || contact.Name?.Contains(word, StringComparison.OrdinalIgnoreCase) == true;

    private static void AddFromBook(Dictionary<string, MailContact> contacts, string written, string? name)
    {
        if (!MailAddresses.TryNormalize(written, out var address))
        {
            return;
        }

        var contact = new MailContact { Address = address, Name = NameOf(name, address), IsFromBook = true };
        var key = MailAddresses.KeyOf(address);
        if (!contacts.TryAdd(key, contact) && contacts[key].Name is null)
        {
            contacts[key] = contact;
        }
    }

    /// <summary>They come newest first.</summary>
    private static void AddFromMail(Dictionary<string, MailContact> contacts, MailCorrespondent correspondent)
    {
        if (!MailAddresses.TryNormalize(correspondent.Who.Address, out var address))
        {
            return;
        }

        var key = MailAddresses.KeyOf(address);
        var name = NameOf(correspondent.Who.Name, address);
        contacts[key] = contacts.TryGetValue(key, out var known)
            ? known with { Name = known.Name ?? name, At = known.At ?? correspondent.At }
            : new MailContact { Address = address, Name = name, At = correspondent.At };
    }

    private static string? NameOf(string? name, string address)
    {
        var line = MailText.Line(name, MaxName);
        return line.Length == 0 || line.Trim('"', '\'', '<', '>').Equals(address, StringComparison.OrdinalIgnoreCase) ? null : line;
    }
}
