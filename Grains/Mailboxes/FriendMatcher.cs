using OrleansIM.Contacts;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// Whose friend's a mail address is, and which addresses a friend has (mission M5, M7). Pure; made anew when a contact
/// changes.
/// </summary>
/// <remarks>
/// An address is a friend's by explicit mapping, else by a mailbox bound to the friend (which its owner has proved to
/// own), else by the friend's profile (which anybody can write anything into). Within one of these the friend whose id
/// sorts first has it. Addresses are compared by <see cref="MailAddresses.KeyOf"/>: case does not count, and an
/// internationalized domain equals its <c>xn--</c> form. <c>ann+shop@…</c> is <c>ann@…</c> if nobody has it as it stands.
/// </remarks>
internal sealed class FriendMatcher
{
    private readonly Dictionary<string, Contact> _owners = [];
    private readonly Dictionary<string, string[]> _addresses = [];

    public FriendMatcher(IEnumerable<Contact> contacts)
    {
        var friends = contacts.Where(contact => contact.State is ContactState.Friend).OrderBy(contact => contact.Account, StringComparer.Ordinal).ToArray();
        Add(friends, friend => friend.Mapped);
        var mapped = new Dictionary<string, Contact>(_owners);
        Add(friends, friend => friend.Mailboxes);
        Add(friends, friend => friend.Email is null ? null : [friend.Email]);
        foreach (var friend in friends)
        {
            // What was mapped to somebody else is not used for this one; what two friends share is used for both.
            var addresses = (friend.Mapped ?? []).Concat(friend.Mailboxes ?? []).Append(friend.Email)
                .Select(text => MailAddresses.TryNormalize(text, out var address) ? address : null)
                .OfType<string>()
                .DistinctBy(MailAddresses.KeyOf)
                .Where(address => !mapped.TryGetValue(MailAddresses.KeyOf(address), out var owner) || owner == friend);
            _addresses[friend.Account] = [.. addresses];
        }
    }

    /// <summary>The friend's addresses, the one to write to first: mapped, then bound, then the profile's. Empty for nobody's friend.</summary>
    public IReadOnlyList<string> AddressesOf(string account) => _addresses.GetValueOrDefault(account, []);

    /// <summary>The friend whose address it is; null for anybody else's.</summary>
    public FriendName? Find(string? address) => FindContact(address) is { } friend ? NameOf(friend) : null;

    /// <summary>Friends whose addresses stand in a text, in order, each address once.</summary>
    public MailParty[] FindIn(string text)
    {
        List<MailParty>? found = null;
        for (var at = text.IndexOf('@'); at >= 0 && _owners.Count > 0; at = text.IndexOf('@', at + 1))
        {
            if (FindAround(text, at) is { } party && found?.Exists(other => other.Address == party.Address) != true)
            {
                (found ??= []).Add(party);
            }
        }

        return found is null ? [] : [.. found];
    }

    public MailParty Resolve(MailParty party) => Find(party.Address) is { } friend ? party with { Friend = friend } : party;

    public MailSummary Resolve(MailSummary mail)
    {
        var mentions = FindIn(mail.Preview);
        return mail with { From = Resolve(mail.From), Mentions = mentions is [] ? null : mentions };
    }

    /// <summary>What is in a mailbox, with friends in place of addresses.</summary>
    public MailboxNews Resolve(int unread, MailSummary[] newest)
    {
        MailSummary[] mails = [.. newest.Select(Resolve)];
        return new MailboxNews
        {
            Unread = unread,
            New = mails,
            Badge = mails.Where(mail => mail is { IsUnread: true, From.Friend: not null })
                .CountBy(mail => mail.From.Friend!.Account)
                .OrderBy(badge => badge.Key, StringComparer.Ordinal)
                .ToDictionary(),
        };
    }

    private static FriendName NameOf(Contact friend) => new() { Account = friend.Account, Name = friend.Remark ?? friend.DisplayName };

    private void Add(Contact[] friends, Func<Contact, string[]?> addresses)
    {
        foreach (var friend in friends)
        {
            foreach (var text in addresses(friend) ?? [])
            {
                if (MailAddresses.TryKey(text, out var key))
                {
                    _owners.TryAdd(key, friend);
                }
            }
        }
    }

    private Contact? FindContact(string? address)
    {
        if (!MailAddresses.TryKey(address, out var key))
        {
            return null;
        }

        if (_owners.TryGetValue(key, out var friend))
        {
            return friend;
        }

        var (plus, at) = (key.IndexOf('+', StringComparison.Ordinal), key.IndexOf('@', StringComparison.Ordinal));
        return plus > 0 && plus < at ? _owners.GetValueOrDefault(string.Concat(key.AsSpan(0, plus), key.AsSpan(at))) : null;
    }

    /// <summary>
    /// The friend whose address stands around an <c>@</c>. Where words are not spaced an address ends at the first letter
    /// outside ASCII, or it has such letters itself: all are tried.
    /// </summary>
    private MailParty? FindAround(string text, int at)
    {
        Span<int> begins = [Begin(text, at, isWide: false), Begin(text, at, isWide: true)];
        Span<int> ends = [End(text, at, isWide: false), End(text, at, isWide: true)];
        foreach (var begin in begins)
        {
            foreach (var end in ends)
            {
                var candidate = text[begin..end].Trim('.', '-', '\'', '*', '_', '/', '|', '=');
                if (FindContact(candidate) is { } friend && MailAddresses.TryNormalize(candidate, out var address))
                {
                    return new MailParty { Address = address, Friend = NameOf(friend) };
                }
            }
        }

        return null;
    }

    private static int Begin(string text, int at, bool isWide)
    {
        var begin = at;
        while (begin > 0 && (char.IsAsciiLetterOrDigit(text[begin - 1]) || "!#$%&'*+-/=?^_`{|}~.".Contains(text[begin - 1], StringComparison.Ordinal)
            || (isWide && text[begin - 1] > 0x7f && char.IsLetterOrDigit(text[begin - 1]))))
        {
            begin--;
        }

        return begin;
    }

    private static int End(string text, int at, bool isWide)
    {
        var end = at + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] is '.' or '-' || (isWide && text[end] > 0x7f && char.IsLetterOrDigit(text[end]))))
        {
            end++;
        }

        return end;
    }
}
