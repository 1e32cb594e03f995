using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using OrleansIM.Contacts;
using OrleansIM.Mail;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.CardDav;

/// <summary>A friend as a card.</summary>
internal sealed class FriendCard
{
    // The scheme of IM addresses of this service; nobody has registered it (RFC 7595 does not ask that of private ones).
    private const string ImScheme = "orleansim:";

    public FriendCard(AddressBookFriend friend)
    {
        Account = friend.Contact.Account;
        Card = CardOf(friend);
        Text = VCardWriter.Write(Card, VCardVersion.V3);
        ETag = $"\"{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)).AsSpan(0, 16))}\"";
    }

    public string Account { get; }

    public VCard Card { get; }

    /// <summary>The card in version 3.0.</summary>
    public string Text { get; }

    /// <summary>A hash of what is in the card, the same in every version of it, with its quotes.</summary>
    public string ETag { get; }

    public string Write(VCardVersion version) => version == VCardVersion.V3 ? Text : VCardWriter.Write(Card, version);

    /// <summary>The card with nothing but some properties; what every card has to have stays.</summary>
    public string Write(VCardVersion version, IReadOnlySet<string> properties)
    {
        var name = Card.FormattedName;
        return VCardWriter.Write(
            new VCard
            {
                FormattedName = name,
                Uid = properties.Contains("UID") ? Card.Uid : null,
                Name = properties.Contains("N") || version == VCardVersion.V3 ? Card.Name : null,
                Nicknames = properties.Contains("NICKNAME") ? Card.Nicknames : [],
                Emails = properties.Contains("EMAIL") ? Card.Emails : [],
                Impps = properties.Contains("IMPP") ? Card.Impps : [],
                Note = properties.Contains("NOTE") ? Card.Note : null,
                Categories = properties.Contains("CATEGORIES") ? Card.Categories : [],
                Revision = properties.Contains("REV") ? Card.Revision : null,
            },
            version);
    }

    /// <summary>The values of a property, as filters compare them; empty if the card does not have it.</summary>
    public IEnumerable<string> ValuesOf(string property)
    {
        return property.ToUpperInvariant() switch
        {
            "FN" => [Card.FormattedName],
            "N" => [string.Join(';', Card.Name!.Family, Card.Name.Given, "", "", "")],
            "UID" => Optional(Card.Uid),
            "NICKNAME" => Card.Nicknames,
            "EMAIL" => Card.Emails.Select(email => email.Address),
            "IMPP" => Card.Impps,
            "NOTE" => Optional(Card.Note),
            "CATEGORIES" => Card.Categories,
            "REV" => Optional(Card.Revision?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)),
            "VERSION" => ["3.0"],
            _ => [],
        };

        static IEnumerable<string> Optional(string? value) => value is null ? [] : [value];
    }

    /// <summary>A text without what cannot be in XML, so that a card is the same over both ways.</summary>
    public static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value > char.MaxValue || (XmlConvert.IsXmlChar((char)rune.Value) && rune.Value != '\r'))
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString();
    }

    private static VCard CardOf(AddressBookFriend friend)
    {
        var contact = friend.Contact;
        var name = Clean(contact.Remark ?? contact.DisplayName).Trim() is { Length: > 0 } given ? given : contact.Account;
        string[] others = [Clean(contact.DisplayName), contact.Account];
        return new VCard
        {
            Uid = "orleansim-" + contact.Account,
            FormattedName = name,

            // Which part of it is the family's nobody has said; programs that show N show the whole.
            Name = new VCardName(Family: "", Given: name),
            Nicknames = [.. others.Where(other => other != name && other.Length > 0).Distinct()],
            Emails = Emails(contact),
            Impps = [ImScheme + contact.Account],
            Note = Note(friend),
            Categories = [.. (contact.Labels ?? []).Select(Clean).Where(label => label.Length > 0)],
            Revision = friend.ChangedAt,
        };
    }

    private static VCardEmail[] Emails(Contact contact)
    {
        // What the account itself has said about the friend is the address it writes to.
        string?[] addresses = [.. contact.Mapped ?? [], contact.Email, .. contact.Mailboxes ?? []];
        return
        [
            .. addresses.OfType<string>().Select(address => Clean(address).Trim()).Where(address => address.Length > 0)
                .DistinctBy(address => address.ToLowerInvariant()).Select((address, place) => new VCardEmail(address, IsPreferred: place == 0)),
        ];
    }

    private static string Note(AddressBookFriend friend)
    {
        var status = "Status: " + (friend.Status switch
        {
            PresenceStatus.Online => "online",
            PresenceStatus.Away => "away",
            PresenceStatus.Busy => "busy",
            _ => "offline",
        });
        if (friend.StatusNote is { Length: > 0 } said && friend.Status is not PresenceStatus.Offline)
        {
            status += $" ({Clean(said)})";
        }

        return friend.Contact.Description is { Length: > 0 } description ? $"{Clean(description)}\n\n{status}" : status;
    }
}
