using OrleansIM.Audit;
using OrleansIM.Grains.Links;
using OrleansIM.Grains.Timelines;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>The account's side of link groups (mission L5 to L9). Its record says which group it is in.</summary>
internal sealed partial class AccountGrain
{
    public async Task<Outcome<GroupView>> EnterGroupAsync(string session, bool atSignIn)
    {
        if (RefuseOther(session) is { } refusal)
        {
            return refusal;
        }

        if (Record.LinkGroup is { } group && RefuseMailOnly(session) is null)
        {
            return await EnterAsync(group, atSignIn);
        }

        return new GroupView { Role = LinkRole.Master, Members = [] };
    }

    public async Task<Outcome<LinksAdded>> AddLinksAsync(string session, LinkRequest[] accounts, CancellationToken cancellation)
    {
        using var gate = await Gates.Links.EnterAsync();
        if (RefuseMailOnlyOrOther(session) is { } limited)
        {
            return limited;
        }

        var entered = await EnterGroupAsync(session, atSignIn: false);
        if (entered.Refusal is { } refusal)
        {
            return refusal;
        }

        if (entered.Get().Role is not LinkRole.Master)
        {
            return new Refusal(ErrorCodes.Forbidden, "Only a master of the link group may add accounts.");
        }

        var (candidates, rejected) = await VerifyAllAsync(accounts, cancellation);
        if (candidates.Count == 0)
        {
            return Count(new LinksAdded { Linked = [], Rejected = [.. rejected] });
        }

        // The group's id is written nowhere before its first member joins; a group nobody joined is nothing.
        var group = Record.LinkGroup ?? Guid.NewGuid().ToString("N");
        var self = new LinkCandidate { Account = _id, Role = LinkRole.Master, CredentialVersion = Record.CredentialVersion };
        var added = await Group(group).AddAsync(self, [.. candidates]);
        return added.Refusal is { } refused
            ? refused
            : Count(added.Get() with { Rejected = [.. rejected, .. added.Get().Rejected] });
    }

    private LinksAdded Count(LinksAdded added)
    {
        foreach (var one in added.Rejected)
        {
            _services.LinkMetrics.OnRejected(one.Reason);
        }

        return added;
    }

    public async Task<Outcome> RemoveLinkAsync(string session, string account) =>
        RefuseLink(session) is { } refusal ? refusal : await Group(Record.LinkGroup!).RemoveAsync(_id, account, SessionEnd.Unlinked);

    public async Task<Outcome> SetLinkRoleAsync(string session, string account, LinkRole role) =>
        RefuseLink(session) is { } refusal ? refusal : await Group(Record.LinkGroup!).SetRoleAsync(_id, account, role);

    public async Task<Outcome<LinkProof>> VerifyForLinkAsync(string password, CancellationToken cancellation)
    {
        if (!Exists)
        {
            return UnknownAccount;
        }

        var verified = await VerifyAsync(password, cancellation);
        if (verified.Refusal is { } refusal)
        {
            _services.Audit.Write(AuditEvents.LinkRefused, _id, refusal.Code);
            return refusal;
        }

        return await ProveForLinkAsync(verified.Value);
    }

    public async Task<Outcome<LinkProof>> VerifyJwtForLinkAsync(string jwt, CancellationToken cancellation)
    {
        var verified = await VerifyJwtAsync(jwt, cancellation);
        if (verified.Refusal is { } refusal)
        {
            _services.Audit.Write(AuditEvents.LinkRefused, Exists ? _id : null, refusal.Code);
            return refusal;
        }

        return await ProveForLinkAsync(verified.Value);
    }

    /// <summary>Only who has proved to own the account learns what is the matter with it.</summary>
    private async Task<Outcome<LinkProof>> ProveForLinkAsync(int credentialVersion)
    {
        if (Record.IsDisabled)
        {
            return new Refusal(ErrorCodes.Disabled, "The account is disabled.");
        }

        if (Record.LinkGroup is { } group && (await EnterAsync(group, atSignIn: false)).Group is not null)
        {
            return AlreadyLinked;
        }

        return new LinkProof { CredentialVersion = credentialVersion };
    }

    /// <summary>What the group of the record says; one that does not know this account has no say in it.</summary>
    private async Task<GroupView> EnterAsync(string group, bool atSignIn)
    {
        var asked = Record;
        var view = await Group(group).EnterAsync(_id, atSignIn);
        if (view.Group is null)
        {
            // It never joined to the end, so it is free; unless it left and joined again while the group was asked.
            await LeaveGroupAsync(group, SessionEnd.Unlinked, onlyIf: asked);
        }

        return view;
    }

    public Task<AccountLinkState> GetLinkStateAsync() => Task.FromResult(new AccountLinkState
    {
        Exists = Exists,
        Disabled = Record.IsDisabled,
        CredentialVersion = Record.CredentialVersion,
        Group = Record.LinkGroup,
    });

    public Task<Outcome> JoinGroupAsync(string group, int credentialVersion) => ChangeRecordAsync(record =>
        !Exists ? UnknownAccount
        : record.IsDisabled ? new Refusal(ErrorCodes.Disabled, "The account is disabled.")
        : record.LinkGroup == group ? record
        : record.LinkGroup is not null ? AlreadyLinked
        : record.CredentialVersion != credentialVersion ? BadCredentials
        : record with { LinkGroup = group });

    public Task LeaveGroupAsync(string group, SessionEnd reason) => LeaveGroupAsync(group, reason, onlyIf: null);

    private async Task LeaveGroupAsync(string group, SessionEnd reason, AccountRecord? onlyIf)
    {
        // Also of one that is being deleted; of one that is not there it changes nothing.
        await ChangeRecordAsync(record =>
            record.LinkGroup == group && (onlyIf is null || ReferenceEquals(record, onlyIf)) ? record with { LinkGroup = null } : record);
        if (Record.LinkGroup != group)
        {
            EndSessions(session => !session.IsOwn, reason);
        }
    }

    public Task EndSessionsOfAsync(string master, SessionEnd reason)
    {
        EndSessions(session => !session.IsOwn && session.SignedInAs == master, reason);
        return Task.CompletedTask;
    }

    public async Task NotifyAsync(LinkNotice notice)
    {
        if (!Exists)
        {
            return;
        }

        try
        {
            var entry = Prepare(EntryKind.Link, EntryData.Links(notice)) with { Dedupe = "n:" + notice.NoticeId };
            if (await AppendAsync(entry) is { } refusal)
            {
                throw new AppendRefusedException(refusal.Message);
            }
        }
        catch (DuplicateEntryException)
        {
            // Told before.
        }
    }

    public Task<SessionRight> CheckOwnSessionAsync(string session) => Task.FromResult(
        !IsActive ? SessionRight.No
        : !_sessions.TryGetValue(session, out var found) ? SessionRight.Unproved
        : found.IsOwn && !IsMailOnly(found.Token) ? SessionRight.Yes : SessionRight.No);

    private ILinkGroupGrain Group(string group) => GrainFactory.GetGrain<ILinkGroupGrain>(group);

    private Refusal? RefuseLink(string session) => RefuseMailOnlyOrOther(session)
        ?? (Record.LinkGroup is null ? new Refusal(ErrorCodes.UnknownAccount, "account: you have no linked accounts.") : null);

    /// <summary>Checks every password, a few at a time. An account that is named twice is checked once.</summary>
    private async Task<(List<LinkCandidate> Candidates, List<LinkRejection> Rejected)> VerifyAllAsync(LinkRequest[] requests, CancellationToken cancellation)
    {
        var candidates = new List<LinkCandidate>();
        var rejected = new List<LinkRejection>();
        foreach (var some in requests.DistinctBy(request => request.Account).Chunk(_services.LinkOptions.VerifyParallelism))
        {
            var answers = await Task.WhenAll(some.Select(request => VerifyOneAsync(request, cancellation)));
            foreach (var (request, answer) in some.Zip(answers))
            {
                if (answer.Refusal is { } refusal)
                {
                    rejected.Add(new LinkRejection { Account = request.Account, Reason = refusal.Code });
                }
                else
                {
                    candidates.Add(new LinkCandidate { Account = request.Account, Role = request.Role, CredentialVersion = answer.Get().CredentialVersion });
                }
            }
        }

        return (candidates, rejected);
    }

    private async Task<Outcome<LinkProof>> VerifyOneAsync(LinkRequest request, CancellationToken cancellation)
    {
        if (request.Account == _id)
        {
            return new Refusal(ErrorCodes.Self, "account: this is the account you signed in with; it is in the group anyway.");
        }

        var account = GrainFactory.GetGrain<IAccountLinkGrain>(request.Account);
        return request.Jwt is { } jwt
            ? await account.VerifyJwtForLinkAsync(jwt, cancellation)
            : await account.VerifyForLinkAsync(request.Password ?? "", cancellation);
    }

    private static Refusal AlreadyLinked { get; } =
        new(ErrorCodes.AlreadyLinked, "account: it is in a link group already, perhaps in yours. It has to leave that one before it can join another.");
}
