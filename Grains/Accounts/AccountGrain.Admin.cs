using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>The account as its operator sees it (mission P8).</summary>
internal sealed partial class AccountGrain : IAccountAdminGrain
{
    public async Task<Outcome<AccountDescription>> DescribeAsync()
    {
        if (!Exists)
        {
            return UnknownAccount;
        }

        var view = Record.LinkGroup is { } group ? await Group(group).EnterAsync(_id, atSignIn: false) : null;
        SweepSessions(_services.Time.GetUtcNow());
        return new AccountDescription
        {
            Account = _id,
            CreatedAt = Record.CreatedAt,
            IsDisabled = Record.IsDisabled,
            Sessions = _sessions.Count,
            Contacts = _state.Contacts.Count,
            Mailboxes = Record.Mailboxes.Length,
            AppPasswords = Record.AppPasswords.Length,
            Head = _timeline.Head,
            LinkGroup = view?.Group,
            Role = view?.Group is null ? null : view.Role,
            Linked = view?.Members ?? [],
            Invite = Record.Invite?.Invite,
        };
    }

    public Task<Outcome<SeenSession[]>> ListAllSessionsAsync()
    {
        if (!Exists)
        {
            return Task.FromResult<Outcome<SeenSession[]>>(UnknownAccount);
        }

        SweepSessions(_services.Time.GetUtcNow());
        SeenSession[] sessions =
        [
            .. _sessions.Values.OrderBy(open => open.Since).Select(open => new SeenSession
            {
                Session = open.Id,
                SignedInAs = open.SignedInAs,
                Via = open.Token.Via,
                Device = open.Token.Device,
                Since = open.Since,
                ExpiresAt = open.Token.ExpiresAt,
            }),
        ];
        return Task.FromResult<Outcome<SeenSession[]>>(sessions);
    }

    public async Task<Outcome> SignOutAsync(string? session)
    {
        if (!Exists)
        {
            return UnknownAccount;
        }

        if (session is null)
        {
            return await SignOutEverywhereAsync();
        }

        if (!_sessions.TryGetValue(session, out var found))
        {
            return new Refusal(ErrorCodes.InvalidArgument, "There is no such session. Look at the account's sessions.");
        }

        return found.IsOwn
            ? await LogOutAsync(found.Token, everywhere: false)
            : new Refusal(ErrorCodes.Forbidden, $"The session was signed in as {found.SignedInAs}. Sign it out there.");
    }

    public Task<Outcome<MailboxChannel[]>> ListChannelsAsync() => Task.FromResult<Outcome<MailboxChannel[]>>(!Exists
        ? UnknownAccount
        : Array.ConvertAll(Record.Mailboxes, mailbox => new MailboxChannel
        {
            Address = mailbox.Address,
            IsBound = mailbox.IsBound,
            Channel = MailboxOf(mailbox.Address).ToMailbox().Channel,
        }));
}
