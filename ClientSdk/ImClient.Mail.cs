using System.Text.Json;
using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>
/// Mailboxes. What is in them is in <see cref="Page.Mailboxes"/>, kept up to date by <see cref="MailChanged"/> and
/// <see cref="ChannelChanged"/>. These requests ask a mail server and wait up to <see cref="ImClientOptions.MailTimeout"/>;
/// they hold up no others.
/// </content>
public sealed partial class ImClient
{
    private const int MaxStoredMailContacts = 500;

    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Binds a mailbox to an account; the server signs in there first. Again for the same address: new servers and secrets
    /// in place of the old.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="mailbox">The mailbox and how to sign in.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The mailbox as it is now; its mails follow as events.</returns>
    /// <exception cref="ImException"><c>mail_auth_failed</c>, <c>mail_unreachable</c>, <c>mail_refused</c>,
    /// <c>mailbox_taken</c>, <c>limit_reached</c>, <c>invalid_argument</c> (also: no servers known, host not allowed),
    /// <c>forbidden</c>.</exception>
    public async Task<Mailbox> BindMailboxAsync(string @as, MailboxBinding mailbox, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(mailbox);
        return await AskMailAsync(
            "mail.bind",
            @as,
            mailbox.Address,
            writer =>
            {
                WriteServer(writer, "imap", mailbox.Imap);
                WriteServer(writer, "smtp", mailbox.Smtp);
                if (mailbox.CardDav is { } cardDav)
                {
                    writer.WriteStartObject("carddav");
                    writer.WriteString("url", cardDav.OriginalString);
                    writer.WriteEndObject();
                }

                WriteAuth(writer, mailbox.Auth);
            },
            ok =>
            {
                var bound = (ok.Find("mailbox") ?? default).As(ImJson.Default.Mailbox);
                _pages.AddMailbox(@as, bound);
                return bound;
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>Unbinds a mailbox; the server forgets it and its secrets.</summary>
    /// <param name="as">The account.</param>
    /// <param name="mailbox">The address of the mailbox.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>unknown_mailbox</c>, <c>forbidden</c>.</exception>
    public Task UnbindMailboxAsync(string @as, string mailbox, CancellationToken ct = default) => AskMailAsync(
        "mail.unbind",
        @as,
        mailbox,
        null,
        _ =>
        {
            _pages.RemoveMailbox(@as, mailbox);
            return true;
        },
        ct);

    /// <summary>
    /// Contacts of a mailbox (its address book, and who it corresponds with), each with the friend it is, by name. All of
    /// them (no <paramref name="query"/>) are kept in the local store, for <see cref="StoredMailContactsAsync"/>.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="mailbox">The address of the mailbox.</param>
    /// <param name="query">Only those whose name or address contains it. Default: all.</param>
    /// <param name="limit">How many, at most 500. Default: the server's, 100.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>unknown_mailbox</c>.</exception>
    public async Task<IReadOnlyList<MailParty>> FindMailContactsAsync(
        string @as, string mailbox, string? query = null, int? limit = null, CancellationToken ct = default)
    {
        var current = _current;
        var found = await AskMailAsync<IReadOnlyList<MailParty>>(
            "mail.contacts",
            @as,
            mailbox,
            writer =>
            {
                writer.WriteOptional("query", query);
                writer.WriteOptional("limit", limit);
            },
            static ok => [.. ok.List("contacts").Select(static contact => contact.As(ImJson.Default.MailParty))],
            ct).ConfigureAwait(false);
        if (string.IsNullOrEmpty(query) && current is not null)
        {
            _ = current.KeepMailContactsAsync(StoreKeys.Mail(@as, mailbox), [.. found.Take(MaxStoredMailContacts)]);
        }

        return found;
    }

    /// <summary>Says that a mail address is a friend's; it wins over what profiles say, and over what was said before.</summary>
    /// <param name="as">The account.</param>
    /// <param name="address">The mail address.</param>
    /// <param name="friend">The friend.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>not_friends</c>, <c>limit_reached</c>, <c>invalid_argument</c>.</exception>
    public Task MapAddressAsync(string @as, string address, string friend, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(friend);
        return AskMailAsync("mail.map", @as, address, writer => writer.WriteString("friend", friend), static _ => true, ct);
    }

    /// <summary>Takes back what <see cref="MapAddressAsync"/> said of an address.</summary>
    /// <param name="as">The account.</param>
    /// <param name="address">The mail address.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task UnmapAddressAsync(string @as, string address, CancellationToken ct = default) =>
        AskMailAsync("mail.unmap", @as, address, null, static _ => true, ct);

    /// <summary>The newest mails of a mailbox, as they are there now.</summary>
    /// <param name="as">The account.</param>
    /// <param name="mailbox">The address of the mailbox.</param>
    /// <param name="unreadOnly">Only unread ones.</param>
    /// <param name="limit">How many, at most 100. Default: the server's, 20.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>unknown_mailbox</c>, <c>mail_auth_failed</c>, <c>mail_unreachable</c>.</exception>
    public Task<MailList> ListMailsAsync(
        string @as, string mailbox, bool unreadOnly = false, int? limit = null, CancellationToken ct = default) =>
        AskMailAsync(
            "mail.list",
            @as,
            mailbox,
            writer =>
            {
                writer.WriteBoolean("unreadOnly", unreadOnly);
                writer.WriteOptional("limit", limit);
            },
            static ok => ok.As(ImJson.Default.MailList),
            ct);

    /// <summary>
    /// Sends a mail from a mailbox; returns when its mail server has taken or refused it. Like <see cref="SendAsync"/> it
    /// outlives its connection: it waits for the next one, and is asked for again under the same cid, which sends it once.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="mail">The mail.</param>
    /// <param name="ct">Stops waiting; the mail may still be sent.</param>
    /// <exception cref="ImException">Nobody got it: <c>unknown_mailbox</c>, <c>mail_auth_failed</c>,
    /// <c>mail_unreachable</c>, <c>mail_refused</c>; or nobody knows: <c>conflict</c>, <c>unavailable</c>, and the same cid
    /// finds out.</exception>
    public async Task<SentMail> SendMailAsync(string @as, OutgoingMail mail, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var cid = mail.Cid ?? Guid.NewGuid().ToString("N");
        var end = _options.Clock.Now() + _options.MailTimeout;
        while (true)
        {
            try
            {
                return await AskMailAsync(
                    "mail.send", @as, mail.Mailbox, writer => WriteMail(writer, mail, cid), ok => ok.As(ImJson.Default.SentMail) with { Cid = cid }, ct, resend: true)
                    .ConfigureAwait(false);
            }
            catch (ImException busy) when (busy.Code == ErrorCodes.Conflict && _options.Clock.Now() + AskAgain < end)
            {
                // An earlier attempt under this cid, whose connection broke, is still with the mail server.
                await _options.Clock.Delay(AskAgain, ct).ConfigureAwait(false);
            }
        }
    }

    private async Task<T> AskMailAsync<T>(
        string op, string @as, string address, Action<Utf8JsonWriter>? fields, Func<JsonElement, T> read, CancellationToken ct, bool resend = false)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(address);
        return await AskAsync(
            op,
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("address", address);
                fields?.Invoke(writer);
            },
            read,
            ct,
            resend,
            _options.MailTimeout).ConfigureAwait(false);
    }

    private static void WriteServer(Utf8JsonWriter writer, string name, MailServer? server)
    {
        if (server is null)
        {
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteString("host", server.Host);
        writer.WriteNumber("port", server.Port);
        writer.WriteString("security", server.Security);
        writer.WriteEndObject();
    }

    private static void WriteAuth(Utf8JsonWriter writer, MailAuth auth)
    {
        writer.WriteStartObject("auth");
        writer.WriteString("type", auth is MailTokens ? "oauth2" : "password");
        writer.WriteOptional("user", auth.User);
        if (auth is MailPassword password)
        {
            writer.WriteString("password", password.Password);
        }
        else if (auth is MailTokens tokens)
        {
            writer.WriteString("accessToken", tokens.AccessToken);
            writer.WriteOptional("refreshToken", tokens.RefreshToken);
            writer.WriteOptional("tokenEndpoint", tokens.TokenEndpoint?.OriginalString);
            writer.WriteOptional("clientId", tokens.ClientId);
            writer.WriteOptional("clientSecret", tokens.ClientSecret);
        }

        writer.WriteEndObject();
    }

    private static void WriteMail(Utf8JsonWriter writer, OutgoingMail mail, string cid)
    {
        WriteAccounts(writer, "to", mail.To);
        WriteAccounts(writer, "toAddresses", mail.ToAddresses);
        writer.WriteString("subject", mail.Subject);
        writer.WriteString("text", mail.Text);
        writer.WriteString("cid", cid);
        writer.WriteOptional("replyTo", mail.ReplyTo);
    }
}
