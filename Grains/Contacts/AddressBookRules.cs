using System.Security.Cryptography;
using System.Text;
using OrleansIM.Contacts;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Contacts;

/// <summary>What is in an address book and what has changed in it. Pure.</summary>
internal static class AddressBookRules
{
    /// <summary>All friends with how they can be reached, by account id.</summary>
    public static AddressBookFriend[] Friends(
        IEnumerable<Contact> contacts, AddressBookMarks marks, IReadOnlyDictionary<string, PresenceState> presence) =>
    [
        .. contacts.Where(contact => contact.State is ContactState.Friend).OrderBy(contact => contact.Account, StringComparer.Ordinal)
            .Select(contact => Friend(contact, marks.Find(contact.Account), presence.GetValueOrDefault(contact.Account) ?? PresenceState.Offline)),
    ];

    /// <summary>Where a book stands with these friends in it.</summary>
    public static AddressBookToken Token(AddressBookMarks marks, AddressBookFriend[] friends) => new(marks.Last, Digest(friends));

    /// <summary>Whether changes since a token can be told: not if it is from the future, or from before what is known.</summary>
    public static bool Knows(AddressBookMarks marks, AddressBookToken token) =>
        (token.Seq == AddressBookToken.Nothing.Seq || (token.Seq >= marks.Floor && token.Seq <= marks.Last))
        && (token.Part is not { } part || (part.Seq >= marks.Floor && part.Seq <= marks.Last));

    /// <summary>
    /// Who has changed since a token. Whose presence it is that changed is not in the token, so then everybody may have.
    /// </summary>
    public static AddressBookChanges Changes(AddressBookMarks marks, AddressBookFriend[] friends, AddressBookToken since, int? limit)
    {
        var now = Token(marks, friends);
        var from = since.Part?.After ?? "";
        var mayAllHaveChanged = since.Presence != now.Presence || since.Seq == AddressBookToken.Nothing.Seq;
        var changed = friends
            .Where(friend => mayAllHaveChanged || (marks.Find(friend.Contact.Account)?.Seq ?? 0) > since.Seq)
            .Select(friend => (friend.Contact.Account, Friend: (AddressBookFriend?)friend));
        var removed = since.Seq == AddressBookToken.Nothing.Seq
            ? []
            : marks.Removed.Where(gone => gone.Seq > since.Seq).Select(gone => (gone.Account, Friend: (AddressBookFriend?)null));
        var all = changed.Concat(removed).Where(one => string.CompareOrdinal(one.Account, from) > 0)
            .OrderBy(one => one.Account, StringComparer.Ordinal).ToArray();
        var told = limit < all.Length ? all[..limit.Value] : all;

        // A report in parts ends where the first of them began: what changed meanwhile is told again, rather than not.
        var begun = since.Part is { } part ? new AddressBookToken(part.Seq, part.Presence) : now;
        return new AddressBookChanges
        {
            Changed = [.. told.Select(one => one.Friend).OfType<AddressBookFriend>()],
            Removed = [.. told.Where(one => one.Friend is null).Select(one => one.Account)],
            Token = (told.Length == all.Length ? begun : since with { Part = new AddressBookPart(begun.Seq, begun.Presence, told.Length > 0 ? told[^1].Account : from) }).ToString(),
            IsTruncated = told.Length < all.Length,
        };
    }

    private static AddressBookFriend Friend(Contact contact, AddressBookMark? mark, PresenceState presence) => new()
    {
        Contact = contact,
        Status = presence.Status,
        StatusNote = presence.Note,
        ChangedAt = mark is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(mark.At),
    };

    /// <summary>The same as long as everybody's presence is; who is offline adds nothing.</summary>
    private static string Digest(AddressBookFriend[] friends)
    {
        var text = new StringBuilder();
        foreach (var friend in friends.Where(friend => friend.Status is not PresenceStatus.Offline))
        {
            text.Append(friend.Contact.Account).Append('\0').Append((int)friend.Status).Append('\0').Append(friend.StatusNote).Append('\0');
        }

        return text.Length == 0 ? "0" : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 12));
    }
}
