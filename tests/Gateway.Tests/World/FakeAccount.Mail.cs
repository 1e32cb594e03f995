using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>Mailboxes: answers that show what was asked.</summary>
internal sealed partial class FakeAccount : IAccountMailGrain
{
    /// <summary>The last thing that was asked about mailboxes.</summary>
    public object? AskedOfMail { get; private set; }

    /// <summary>The token that came with it.</summary>
    public CancellationToken MailCancellation { get; private set; }

    /// <summary>What its page shows.</summary>
    public Mailbox[] Mailboxes { get; set; } = [];

    public static MailSummary Mail(long uid, string address = "bob@example.test", FriendName? friend = null) => new()
    {
        Uid = uid,
        From = new MailParty { Address = address, Name = "Bob B.", Friend = friend },
        Subject = $"subject {uid}",
        Preview = "…",
        Date = DateTimeOffset.UnixEpoch,
        IsUnread = true,
    };

    public Task<Outcome<Mailbox>> BindMailboxAsync(string session, BindMailbox request, CancellationToken cancellation = default) =>
        MailAsync<Mailbox>("BindMailbox", session, request, () => new Mailbox
        {
            Address = request.Address,
            Channel = new ChannelState { Status = ChannelStatus.Opening },
        }, cancellation);

    public async Task<Outcome> UnbindMailboxAsync(string session, string address) =>
        Plain(await MailAsync<object>("UnbindMailbox", session, address, () => address));

    public Task<Outcome<MailParty[]>> FindMailContactsAsync(string session, MailContactsQuery query) =>
        MailAsync<MailParty[]>("FindMailContacts", session, query, () =>
        [
            new MailParty { Address = "bob@example.test", Name = "Bob B.", Friend = new FriendName { Account = "bob", Name = "Bobby" } },
            new MailParty { Address = "cat@example.test" },
        ]);

    public async Task<Outcome> MapAddressAsync(string session, string address, string? friend) =>
        Plain(await MailAsync<object>("MapAddress", session, (address, friend), () => address));

    public Task<Outcome<MailList>> ListMailsAsync(string session, MailQuery query, CancellationToken cancellation = default) =>
        MailAsync<MailList>("ListMails", session, query, () => new MailList { Unread = 7, Mails = [Mail(9), Mail(8)] }, cancellation);

    public Task<Outcome<SentMail>> SendMailAsync(string session, SendMail mail, CancellationToken cancellation = default) =>
        MailAsync<SentMail>("SendMail", session, mail, () => new SentMail
        {
            Sent = mail.To,
            Failed = [.. mail.ToAddresses.Select(address => new FailedRecipient { To = address, Reason = ErrorCodes.MailRefused, Detail = "550 no" })],
        }, cancellation);

    // As a grain does, it ends when the token says so.
    private Task<Outcome<T>> MailAsync<T>(string method, string session, object asked, Func<T> answer, CancellationToken cancellation = default) =>
        TurnAsync<T>(method, session, () =>
        {
            (AskedOfMail, MailCancellation) = (asked, cancellation);
            return new Outcome<T> { Value = answer() };
        }).WaitAsync(cancellation);

    private static Outcome Plain(Outcome<object> outcome) => new() { Refusal = outcome.Refusal };
}
