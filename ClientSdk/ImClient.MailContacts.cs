using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>Mail contacts of this device: what the server found last, and what was imported here. They need no connection.</content>
public sealed partial class ImClient
{
    /// <summary>
    /// Mail contacts from the local store: those that <see cref="FindMailContactsAsync"/> found last in the mailbox, as they
    /// were then, and after them those that were imported here (<see cref="ImportMailContactsAsync"/>), each with the friend
    /// whose address it is on the page.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="mailbox">The address of the mailbox. Default: null, only what was imported.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>Each address once; none while no session is open.</returns>
    public async Task<IReadOnlyList<MailParty>> StoredMailContactsAsync(string @as, string? mailbox = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_current is not { } current)
        {
            return [];
        }

        await current.LoadAsync().UntilAsync(ct).ConfigureAwait(false);
        var found = mailbox is null ? [] : current.MailContacts(StoreKeys.Mail(@as, mailbox));
        var known = found.Select(static contact => MailAddresses.KeyOf(contact.Address)).ToHashSet(StringComparer.Ordinal);
        _pages.TryGetValue(@as, out var page);
        return [.. found, .. current.MailContacts(StoreKeys.Imported(@as))
            .Where(contact => !known.Contains(MailAddresses.KeyOf(contact.Address)))
            .Select(contact => contact with { Friend = FriendAt(contact.Address, page) })];
    }

    /// <summary>
    /// Imports a file of vCards (3.0 and 4.0; 2.1 as far as it is in UTF-8 or Latin-1) into the local store, for an account.
    /// Each address of each card is a contact; one that is there already gets the name of the card. What is wrong in a card
    /// is left out. All or nothing: after an error everything is as before.
    /// </summary>
    /// <param name="as">The account, one of <see cref="Pages"/>.</param>
    /// <param name="vcards">The file, from where it stands; at most 16 MiB, 5,000 cards. It is not disposed.</param>
    /// <param name="ct">Stops.</param>
    /// <exception cref="ImException"><c>invalid_argument</c> (no vCard in it), <c>too_large</c>, <c>limit_reached</c> (more than
    /// 5,000 cards, or 5,000 addresses of the account), <c>forbidden</c> (no account of the session), <c>unauthenticated</c>.</exception>
    public async Task<ImportedContacts> ImportMailContactsAsync(string @as, Stream vcards, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(vcards);
        var current = MustHavePage(@as);
        var file = await ReadAsync(vcards, ct).ConfigureAwait(false);
        await current.LoadAsync().UntilAsync(ct).ConfigureAwait(false);
        var (what, kept) = current.ChangeMailContacts(StoreKeys.Imported(@as), before => VCardImport.Merge(before, file.GetBuffer().AsSpan(0, (int)file.Length)));
        await kept.UntilAsync(ct).ConfigureAwait(false);
        return what;
    }

    /// <summary>Forgets what was imported for an account.</summary>
    /// <param name="as">The account.</param>
    /// <param name="ct">Stops waiting for the store.</param>
    /// <exception cref="ImException"><c>unauthenticated</c>, <c>forbidden</c>.</exception>
    public async Task ForgetImportedContactsAsync(string @as, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        await MustHavePage(@as).KeepMailContactsAsync(StoreKeys.Imported(@as), []).UntilAsync(ct).ConfigureAwait(false);
    }

    private SignedIn MustHavePage(string account)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _current is not { IsOver: false } current ? throw NotSignedIn()
            : _pages.Count > 0 && !_pages.ContainsKey(account) ? throw new ImException(ErrorCodes.Forbidden, $"{account} is no account of this session.")
            : current;
    }

    private static MailFriend? FriendAt(string address, Page? page)
    {
        var key = MailAddresses.KeyOf(address);
        var friend = page?.Contacts.Values.FirstOrDefault(contact =>
            contact.State == "friend" && contact.Emails.Any(email => MailAddresses.TryKey(email, out var own) && own == key));
        return friend is null ? null : new MailFriend
        {
            Account = friend.Account,
            Name = !string.IsNullOrEmpty(friend.Remark) ? friend.Remark : friend.DisplayName,
        };
    }

    private static async Task<MemoryStream> ReadAsync(Stream from, CancellationToken ct)
    {
        var file = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer.AsMemory(), ct).ConfigureAwait(false) is > 0 and var read)
        {
            if (file.Length + read > VCardImport.MaxFile)
            {
                throw new ImException(ErrorCodes.TooLarge, $"The file is larger than {VCardImport.MaxFile / (1024 * 1024)} MiB. Export it without photos.");
            }

            file.Write(buffer, 0, read);
        }

        return file;
    }
}
