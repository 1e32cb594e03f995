using OrleansIM.Gateway.Frames;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>mail.*</c>: what is asked of a mail server ends with the stream, but for a mail that is being sent.</summary>
internal static class MailOps
{
    public static Task<Reply> BindAsync(OpRequest request)
    {
        request.ReadAs();
        var bind = new BindMailbox
        {
            Address = request.Fields.MailAddress("address"u8),
            Imap = MailFields.OptionalServer(request.Fields, "imap"u8),
            Smtp = MailFields.OptionalServer(request.Fields, "smtp"u8),
            CardDav = MailFields.OptionalCardDav(request.Fields),
            Auth = MailFields.Auth(request.Fields),
        };
        return request.AskMailAsync((bind, request.Session.Ended), static async (account, session, it) =>
            Reply.Of(await account.BindMailboxAsync(session, it.bind, it.Ended)));
    }

    public static Task<Reply> UnbindAsync(OpRequest request)
    {
        request.ReadAs();
        return request.AskMailAsync(request.Fields.Mailbox("address"u8), static async (account, session, mailbox) =>
            Reply.Of(await account.UnbindMailboxAsync(session, mailbox)));
    }

    public static Task<Reply> FindContactsAsync(OpRequest request)
    {
        request.ReadAs();
        var query = new MailContactsQuery
        {
            Mailbox = request.Fields.Mailbox("address"u8),
            Text = request.Fields.OptionalText("query"u8, ProtocolLimits.MaxMailQuery, oneLine: true),
            Limit = (int)(request.Fields.OptionalNumber("limit"u8, 1, ProtocolLimits.MaxMailContacts) ?? 100),
        };
        return request.AskMailAsync(query, static async (account, session, query) => Reply.Of(await account.FindMailContactsAsync(session, query)));
    }

    public static Task<Reply> MapAsync(OpRequest request)
    {
        request.ReadAs();
        return SetFriendAsync(request, request.Fields.MailAddress("address"u8), request.Fields.Account("friend"u8));
    }

    public static Task<Reply> UnmapAsync(OpRequest request)
    {
        request.ReadAs();
        var address = request.Fields.MailAddress("address"u8);

        // An address is one friend's, so that it says enough; the friend is looked at all the same.
        request.Fields.OptionalAccount("friend"u8);
        return SetFriendAsync(request, address, friend: null);
    }

    public static Task<Reply> ListAsync(OpRequest request)
    {
        request.ReadAs();
        var query = new MailQuery
        {
            Mailbox = request.Fields.Mailbox("address"u8),
            UnreadOnly = request.Fields.OptionalFlag("unreadOnly"u8) ?? false,
            Limit = (int)(request.Fields.OptionalNumber("limit"u8, 1, ProtocolLimits.MaxMailList) ?? 20),
        };
        return request.AskMailAsync((query, request.Session.Ended), static async (account, session, it) =>
            Reply.Of(await account.ListMailsAsync(session, it.query, it.Ended)));
    }

    public static Task<Reply> SendAsync(OpRequest request)
    {
        request.ReadAs();
        var mail = new SendMail
        {
            Mailbox = request.Fields.Mailbox("address"u8),
            To = request.Fields.OptionalAccounts("to"u8, ProtocolLimits.MaxMailRecipients) ?? [],
            ToAddresses = request.Fields.OptionalTexts("toAddresses"u8, ProtocolLimits.MaxMailRecipients, longest: MailAddresses.MaxBytes) ?? [],
            Subject = request.Fields.Text("subject"u8, ProtocolLimits.MaxText, least: 0, oneLine: true),
            Text = request.Fields.Text("text"u8, ProtocolLimits.MaxClientFrame, least: 0),
            Cid = request.Fields.Text("cid"u8, ProtocolLimits.MaxCid, oneLine: true),
            ReplyTo = request.Fields.OptionalNumber("replyTo"u8, 1, uint.MaxValue),
        };
        if (mail.To.Length + mail.ToAddresses.Length is 0 or > ProtocolLimits.MaxMailRecipients)
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, $"to, toAddresses: have to be 1 to {ProtocolLimits.MaxMailRecipients} recipients together.");
        }

        // Not ended with the stream: a mail that is half sent helps nobody, and the same cid finds out what became of it.
        return request.AskMailAsync(mail, static async (account, session, mail) => Reply.Of(await account.SendMailAsync(session, mail, CancellationToken.None)));
    }

    private static Task<Reply> SetFriendAsync(OpRequest request, string address, string? friend) =>
        request.AskMailAsync((address, friend), static async (account, session, map) =>
            Reply.Of(await account.MapAddressAsync(session, map.address, map.friend)));
}
