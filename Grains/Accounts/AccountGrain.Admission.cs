using OrleansIM.Accounts;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>Which sessions an account lets in (mission L14).</summary>
internal sealed partial class AccountGrain
{
    /// <summary>
    /// Checks the rights, fetches the presence of friends and has the mailboxes' channels opened, all at once: the page
    /// waits for all of it. A right that is lost in the meantime is noticed: null means that it is there now.
    /// </summary>
    private async Task<Refusal?> AdmitAsync(OpenSession request, bool isOwn)
    {
        if (isOwn && CheckOwn(request.Token) is { } refused)
        {
            return refused;
        }

        while (true)
        {
            var (friends, mailboxes) = (KnowFriendsAsync(), KnowMailboxesAsync());
            var rights = isOwn ? CheckOwn(request.Token) : await CheckLinkedAsync(request);
            if (rights is not null)
            {
                UpdatePresence();
                return rights;
            }

            var epoch = _rightsEpoch;
            await friends;
            await mailboxes;
            if (_friends is not null && (isOwn ? IsGood(request.Token) : epoch == _rightsEpoch && IsActive))
            {
                return null;
            }
        }
    }

    private Refusal? CheckOwn(TokenClaims token) => IsGood(token) ? null : Unauthenticated;

    /// <summary>
    /// Asks the link group. Whatever takes the right away in the meantime raises the epoch, and then it is asked again:
    /// between the last answer and the subscription there is no await.
    /// </summary>
    private async Task<Refusal?> CheckLinkedAsync(OpenSession request)
    {
        while (true)
        {
            if (!Exists)
            {
                return UnknownAccount;
            }

            if (Record.IsDisabled)
            {
                return new Refusal(ErrorCodes.Disabled, "The account is disabled.");
            }

            var epoch = _rightsEpoch;
            var right = await FindRightAsync(request.Session, request.Token.Account);
            if (right is not SessionRight.Yes)
            {
                return right is SessionRight.Unproved ? SessionRefusals.Unproved : SessionRefusals.Forbidden;
            }

            if (epoch == _rightsEpoch && IsActive)
            {
                return null;
            }
        }
    }

    private async Task<SessionRight> FindRightAsync(string session, string master)
    {
        if (Record.LinkGroup is not { } group)
        {
            return SessionRight.No;
        }

        var right = await Group(group).CheckRightAsync(session, master, _id);
        return Record.LinkGroup == group ? right : SessionRight.No;
    }
}
