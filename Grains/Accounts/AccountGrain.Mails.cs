using OrleansIM.Contacts;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Mails and friends (mission M5 to M8, M12). Bridges know addresses; whose they are is found here, anew whenever a
/// contact has changed, without asking a bridge.
/// </summary>
internal sealed partial class AccountGrain : IAccountMailGrain
{
    /// <summary>Addresses that are mapped to one friend.</summary>
    private const int MaxMapped = 20;

    private FriendMatcher Matcher => Mailboxes.Matcher ??= new FriendMatcher(_state.Contacts.Values);

    public async Task<Outcome<MailParty[]>> FindMailContactsAsync(string session, MailContactsQuery query)
    {
        if (RefuseMailbox(session, query.Mailbox, out var mailbox) is { } refusal)
        {
            return refusal;
        }

        var found = await Bridge(mailbox).FindContactsAsync(_id, query with { Mailbox = mailbox });
        return found.Refusal is { } refused ? refused
            : Refuse(session) is { } late ? late
            : (MailParty[])[.. found.Get().Select(Matcher.Resolve)];
    }

    public async Task<Outcome<MailList>> ListMailsAsync(string session, MailQuery query, CancellationToken cancellation)
    {
        if (RefuseMailbox(session, query.Mailbox, out var mailbox) is { } refusal)
        {
            return refusal;
        }

        var listed = await Bridge(mailbox).ListAsync(_id, query with { Mailbox = mailbox }, cancellation);
        return listed.Refusal is { } refused ? refused
            : Refuse(session) is { } late ? late
            : listed.Get() with { Mails = [.. listed.Get().Mails.Select(Matcher.Resolve)] };
    }

    public async Task<Outcome<SentMail>> SendMailAsync(string session, SendMail mail, CancellationToken cancellation)
    {
        if (RefuseMailbox(session, mail.Mailbox, out var mailbox) is { } refusal)
        {
            return refusal;
        }

        if (mail.To.Length + mail.ToAddresses.Length is var count && (count == 0 || count > _services.MailOptions.MaxRecipients))
        {
            return new Refusal(ErrorCodes.InvalidArgument, $"to, toAddresses: have to be 1 to {_services.MailOptions.MaxRecipients} recipients together.");
        }

        var (recipients, failed) = FindRecipients(mail);
        var sent = await Bridge(mailbox).SendAsync(
            _id,
            new OutgoingMail { Mail = mail with { Mailbox = mailbox }, FromName = _state.Profile.DisplayName, Recipients = recipients, Failed = failed },
            cancellation);
        return sent.Refusal is { } refused ? refused : Refuse(session) is { } late ? late : sent;
    }

    public async Task<Outcome> MapAddressAsync(string session, string address, string? friend)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        if (!MailAddresses.TryKey(address, out var key))
        {
            return NoAddress;
        }

        using var mapping = await Gates.Mapping.EnterAsync();
        while (true)
        {
            // Both whose it was and whose it will be, always in the same order. Whose it was may stop being a friend meanwhile.
            var from = HolderOf(key);
            var first = friend is null || string.CompareOrdinal(from, friend) < 0 ? from ?? friend : friend;
            var second = first == from ? friend : from;
            using var gate = first is null ? default(KeyedGate.Holder?) : await Gates.Contacts.EnterAsync(first);
            using var other = second is null || second == first ? default(KeyedGate.Holder?) : await Gates.Contacts.EnterAsync(second);
            if (HolderOf(key) == from)
            {
                return Refuse(session) is { } late ? late : await MoveAddressAsync(key, from, friend);
            }
        }
    }

    /// <summary>Moves a mapping in one unit. The gates of both contacts are held.</summary>
    private async Task<Outcome> MoveAddressAsync(string key, string? from, string? to)
    {
        if (to is not null && !_state.IsFriend(to))
        {
            return NotFriends;
        }

        if (from == to)
        {
            return Outcome.Done;
        }

        var unit = _services.Appender.Prepare();
        if (from is not null && _state.Contact(from) is { } old)
        {
            string[] left = [.. old.Mapped!.Where(mapped => mapped != key)];
            unit.Add(ContactEntry(old with { Mapped = left is [] ? null : left }));
        }

        if (to is not null)
        {
            var contact = _state.Contact(to)!;
            if (contact.Mapped?.Length >= MaxMapped)
            {
                return new Refusal(ErrorCodes.LimitReached, $"address: {MaxMapped} addresses are mapped to this friend already. Take one back first.");
            }

            unit.Add(ContactEntry(contact with { Mapped = [.. contact.Mapped ?? [], key] }));
        }

        return await CommitAsync(unit) is { } failed ? failed : Outcome.Done;
    }

    private string? HolderOf(string key) => _state.Contacts.Values.FirstOrDefault(contact => contact.Mapped?.Contains(key) == true)?.Account;

    private (MailRecipient[] Recipients, FailedRecipient[] Failed) FindRecipients(SendMail mail)
    {
        var (recipients, failed) = (new List<MailRecipient>(), new List<FailedRecipient>());
        foreach (var friend in mail.To.Distinct())
        {
            if (!_state.IsFriend(friend))
            {
                failed.Add(new FailedRecipient { To = friend, Reason = ErrorCodes.NotFriends });
            }
            else if (Matcher.AddressesOf(friend) is [var address, ..])
            {
                recipients.Add(new MailRecipient { Given = friend, Address = address, Name = _state.Contact(friend)!.DisplayName });
            }
            else
            {
                failed.Add(new FailedRecipient { To = friend, Reason = NoFriendAddress });
            }
        }

        foreach (var given in mail.ToAddresses.Distinct())
        {
            if (MailAddresses.TryNormalize(given, out var address))
            {
                recipients.Add(new MailRecipient { Given = given, Address = address });
            }
            else
            {
                failed.Add(new FailedRecipient { To = given, Reason = ErrorCodes.InvalidArgument });
            }
        }

        return ([.. recipients], [.. failed]);
    }

    /// <summary>Null for a session that sees this account, if the mailbox is one of the account's.</summary>
    private Refusal? RefuseMailbox(string session, string address, out string mailbox)
    {
        var isAddress = MailAddresses.TryKey(address, out mailbox);
        return Refuse(session) ?? (isAddress && BoundMailboxes.Contains(mailbox) ? null : UnknownMailbox);
    }

    /// <summary>After a change of contacts: whose the addresses in the mails are may be different now.</summary>
    private void FollowAddresses(TimelineEntry[] entries)
    {
        if (!Array.Exists(entries, static entry => entry.Kind is EntryKind.Contact))
        {
            return;
        }

        if (_mailboxes is not { } mailboxes)
        {
            return;
        }

        mailboxes.Matcher = null;
        if (mailboxes.AreKeptOpen)
        {
            foreach (var mailbox in mailboxes.ByAddress.Values)
            {
                Show(mailbox);
            }
        }
    }

    private void Show(AccountMailbox mailbox)
    {
        foreach (var (ev, data) in mailbox.Refresh(Matcher))
        {
            PushSignal(ev, data);
        }
    }

    private Mailbox[] MailboxesOfPage()
    {
        AccountMailbox[] mailboxes = [.. BoundMailboxes.Select(MailboxOf)];
        if (_mailboxes is { Matcher: null })
        {
            // Contacts have changed while nobody looked: there is nobody to be told but who gets this page.
            foreach (var mailbox in mailboxes)
            {
                mailbox.Refresh(Matcher);
            }
        }

        return [.. mailboxes.Select(mailbox => mailbox.ToMailbox())];
    }

    /// <summary>The contacts, with the badges of those from whom there is unread mail.</summary>
    private Contact[] ContactsOfPage()
    {
        if (_mailboxes is not { ByAddress: { Count: > 0 } mailboxes })
        {
            return [.. _state.Contacts.Values];
        }

        var fromFriends = mailboxes.Values.SelectMany(mailbox => mailbox.News?.New ?? [])
            .Where(mail => mail is { IsUnread: true, From.Friend: not null })
            .GroupBy(mail => mail.From.Friend!.Account)
            .ToDictionary(mails => mails.Key, mails => new ContactMail { Unread = mails.Count(), Latest = mails.MaxBy(mail => mail.Date)!.Subject });
        return
        [
            .. _state.Contacts.Values.Select(contact =>
                fromFriends.TryGetValue(contact.Account, out var mail) ? contact with { Mail = mail } : contact),
        ];
    }

    /// <summary>In <see cref="FailedRecipient.Reason"/> only: no error of a request.</summary>
    private const string NoFriendAddress = "no_address";
}
