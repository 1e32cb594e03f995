using OrleansIM.Mail;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// Contacts of the mailbox (mission M3) and what else is done over a second connection: reading now, and filing what is
/// not in the folder for sent mail yet.
/// </summary>
internal sealed partial class MailboxBridgeGrain
{
    /// <summary>Contacts are read when a channel opens, and not again for an hour: they change slowly, and reading them is dear.</summary>
    private static readonly TimeSpan s_contactsKept = TimeSpan.FromHours(1);

    private static readonly TimeSpan s_chores = TimeSpan.FromMinutes(5);

    private bool _isAtChores;

    public Task<Outcome<MailParty[]>> FindContactsAsync(string account, MailContactsQuery query)
    {
        if (!IsBoundTo(account))
        {
            return Task.FromResult<Outcome<MailParty[]>>(UnknownMailbox);
        }

        var contacts = MailContacts.Find(ContactsAndSenders(), query.Text, Math.Clamp(query.Limit, 1, _options.MaxContacts));
        MailParty[] found = [.. contacts.Select(contact => new MailParty { Address = contact.Address, Name = contact.Name })];
        return Task.FromResult<Outcome<MailParty[]>>(found);
    }

    public async Task<Outcome<MailList>> ListAsync(string account, MailQuery query, CancellationToken cancellation)
    {
        if (!IsBoundTo(account))
        {
            return UnknownMailbox;
        }

        var listed = await AskServerAsync(
            limited => OverSecondConnectionAsync(
                connection => query.UnreadOnly ? connection.SummarizeAsync(query.Limit, limited) : connection.ListAsync(query.Limit, limited), limited),
            cancellation);
        return listed.Refusal is { } refusal ? refusal
            : IsBoundTo(account) ? new MailList { Unread = listed.Get().Unread, Mails = [.. listed.Get().Mails.Select(Shown)] }
            : UnknownMailbox;
    }

    /// <summary>Who has just written is a contact before contacts are read again, at the end of those that were.</summary>
    private IEnumerable<MailContact> ContactsAndSenders()
    {
        var contacts = _contacts.State.Contacts;
        if (Summary is not { New.Length: > 0 } summary)
        {
            return contacts;
        }

        var known = contacts.Select(contact => MailAddresses.KeyOf(contact.Address)).ToHashSet();
        var senders = summary.New.Select(mail => new MailCorrespondent(new MailAddress(mail.From.Address, mail.From.Name), mail.Date)).Where(IsSomebodyElse);
        return contacts.Concat(MailContacts.Merge([], senders, _options.MaxContacts).Where(sender => known.Add(MailAddresses.KeyOf(sender.Address))));
    }

    /// <summary>What a channel that has opened gives the occasion for. Nothing of it is urgent; what fails is done at the next opening.</summary>
    private async Task DoChoresAsync(CancellationToken stop)
    {
        await Task.Yield();
        if (_isAtChores)
        {
            return;
        }

        _isAtChores = true;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
            limit.CancelAfter(s_chores);
            await FileAllAsync(limit.Token);
            if (_time.GetUtcNow() - _contacts.State.ReadAt >= s_contactsKept)
            {
                await ReadContactsAsync(limit.Token);
            }
        }
#pragma warning disable CA1031 // The channel says what is wrong with the server; here it only means later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogChoresFailed(KindOf(failure));
        }
        finally
        {
            _isAtChores = false;
            FileLater();
        }
    }

    private async Task ReadContactsAsync(CancellationToken cancellation)
    {
        var (owner, before) = (Record.Owner, _contacts.State);
        var book = await ReadAddressBookAsync(before.Book, cancellation);
        var correspondents = await OverSecondConnectionAsync(connection => connection.ReadCorrespondentsAsync(_options.HarvestMails, cancellation), cancellation);

        // Who was in older mails stays, as long as there is room.
        var earlier = before.Contacts.Where(contact => contact.At is not null)
            .Select(contact => new MailCorrespondent(new MailAddress(contact.Address, contact.IsFromBook ? null : contact.Name), contact.At!.Value));
        var contacts = MailContacts.Merge(book?.AllCards() ?? [], correspondents.Concat(earlier).Where(IsSomebodyElse), _options.MaxContacts);
        using var gate = await _recordGate.EnterAsync();
        if (Record.Owner == owner)
        {
            _contacts.State = new MailboxContacts { Contacts = [.. contacts], ReadAt = _time.GetUtcNow(), Book = book };
            await _contacts.WriteStateAsync(CancellationToken.None);
        }
    }

    private bool IsSomebodyElse(MailCorrespondent correspondent) =>
        !MailAddresses.TryKey(correspondent.Who.Address, out var key) || key != _address;

    /// <summary>What is known stays if the address book cannot be read: who is in the mails is found all the same.</summary>
    private async Task<CardDavState?> ReadAddressBookAsync(CardDavState? known, CancellationToken cancellation)
    {
        if (Record.CardDav is not { } start)
        {
            return null;
        }

        try
        {
            var sync = await WithSecretAsync(credential => _environment.ReadAddressBookAsync(new CardDavAccess(new Uri(start), credential), known, cancellation), cancellation);
            return sync.State;
        }
        catch (MailException failure)
        {
            LogAddressBookFailed(KindOf(failure));
            return known;
        }
    }
}
