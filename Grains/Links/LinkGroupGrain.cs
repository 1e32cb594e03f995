using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Links;

/// <summary>
/// Loads, asks <see cref="LinkGroupRules"/>, writes down what is about to happen, does it to the accounts, writes down
/// that it is done, tells the accounts. One change at a time; reading needs no gate. A group that finds a change begun
/// finishes it before anything else, with the accounts' own records deciding who is in.
/// </summary>
[GrainType("im-link-group"), Reentrant]
internal sealed partial class LinkGroupGrain(
    StateStore<LinkGroupState> states,
    IOptions<LinkOptions> options,
    LinkMetrics metrics,
    SecurityAudit audit,
    TimeProvider time,
    ILogger<LinkGroupGrain> logger) : Grain, ILinkGroupGrain
{
    private const int MaxProved = 64;

    private SparseGate _changes;
    private GrainState<LinkGroupState> _state = null!;

    // The newest sessions that masters have proved to be theirs; asked again after a change or a new activation. Mostly one,
    // so they are looked for one after the other.
    private (string Session, string Master)[] _proved = [];

    private string Id => this.GetPrimaryKeyString();
    private LinkGroupState State => _state.State!;
    private bool NeedsRepair => State.Pending is not null || State.Notices.Length > 0;
    private bool ChecksAt(LinkValidation moment) => (options.Value.Validation & moment) != 0;

    public override async Task OnActivateAsync(CancellationToken cancellationToken) => _state = await states.ReadAsync(this.GetGrainId());

    public async Task<Outcome<LinksAdded>> AddAsync(LinkCandidate by, LinkCandidate[] candidates)
    {
        using var gate = await _changes.EnterAsync();
        await RepairAsync();
        if (ChecksAt(LinkValidation.AtLink))
        {
            await DropInvalidAsync(by.Account);
        }

        var decision = LinkGroupRules.Add(State, by, candidates, options.Value.MaxMembers, time.GetUtcNow());
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        var (change, rejected) = decision.Get();
        var refused = await ChangeAsync(change);
        if (refused.TryGetValue(by.Account, out var reason))
        {
            return new Refusal(ErrorCodes.Conflict, $"Your account is being linked elsewhere at the same time ({reason}). Look at link.list and try again.");
        }

        return new LinksAdded
        {
            Linked = [.. change.Joining.Where(member => member.Account != by.Account && !refused.ContainsKey(member.Account)).Select(member => member.ToMember())],
            Rejected = [.. rejected, .. refused.Select(pair => new LinkRejection { Account = pair.Key, Reason = pair.Value })],
        };
    }

    public async Task<Outcome> RemoveAsync(string by, string account, SessionEnd reason) =>
        await DecideAsync(current => LinkGroupRules.Remove(current, by, account, reason));

    public async Task<Outcome> SetRoleAsync(string by, string account, LinkRole role) =>
        await DecideAsync(current => LinkGroupRules.SetRole(current, by, account, role));

    public async Task<GroupView> EnterAsync(string account, bool atSignIn)
    {
        LinkRejection[] rejected = [];
        var isMaster = LinkGroupRules.Find(State, account)?.Role == LinkRole.Master;
        var checks = atSignIn && isMaster && ChecksAt(LinkValidation.AtSignIn);
        if (NeedsRepair || !_changes.IsFree || (checks && (await FindInvalidAsync(account)).Length > 0))
        {
            using var gate = await _changes.EnterAsync();
            await RepairAsync();
            rejected = checks ? await DropInvalidAsync(account) : [];
            if (rejected.Length > 0)
            {
                await NotifyAsync();
            }
        }

        var own = LinkGroupRules.Find(State, account);
        return new GroupView
        {
            Group = own is null ? null : Id,
            Role = own?.Role ?? LinkRole.Master,
            Members = LinkGroupRules.Visible(State.Members, account),
            Rejected = rejected,
        };
    }

    public async Task<SessionRight> CheckRightAsync(string session, string master, string member)
    {
        if (!LinkGroupRules.MaySee(State, master, member))
        {
            return SessionRight.No;
        }

        if (!_proved.Contains((session, master)))
        {
            var own = await Account(master).CheckOwnSessionAsync(session);
            if (own is not SessionRight.Yes)
            {
                return own;
            }

            // Others may have asked the master at the same time.
            _proved = [.. _proved.Union([(session, master)]).TakeLast(MaxProved)];
        }

        // Asked once more: the group may have changed while the master was asked.
        return LinkGroupRules.MaySee(State, master, member) ? SessionRight.Yes : SessionRight.No;
    }

    public Task CloseSessionsAsync(string master, string[] sessions)
    {
        _proved = Array.FindAll(_proved, proved => proved.Master != master || !sessions.Contains(proved.Session));
        return Task.WhenAll(
            from member in State.Members
            where member.Account != master
            from session in sessions
            select GrainFactory.GetGrain<IAccountGrain>(member.Account).CloseSessionAsync(session));
    }

    private IAccountLinkGrain Account(string account) => GrainFactory.GetGrain<IAccountLinkGrain>(account);

    private async Task<Outcome> DecideAsync(Func<LinkGroupState, Outcome<LinkGroupChange>> decide)
    {
        using var gate = await _changes.EnterAsync();
        await RepairAsync();
        var decision = decide(State);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        await ChangeAsync(decision.Get());
        return Outcome.Done;
    }

    /// <summary>Carries a decided change out and answers which of the joining accounts did not join, and why.</summary>
    private async Task<Dictionary<string, string>> ChangeAsync(LinkGroupChange change)
    {
        var refused = new Dictionary<string, string>();
        if (change is not { Joining.Length: 0, Leaving.Length: 0, Roles.Count: 0 })
        {
            await WriteAsync(State with { Pending = change });
            refused = await JoinAllAsync(change.Joining);
            await FinishAsync(change, refused);
        }

        await NotifyAsync();
        return refused;
    }

    /// <summary>Joins the accounts, the founder first: without it there is nobody to link the others with.</summary>
    private async Task<Dictionary<string, string>> JoinAllAsync(GroupMember[] joining)
    {
        var refused = new Dictionary<string, string>();
        var founder = State.Members.Length == 0 ? joining.FirstOrDefault() : null;
        if (founder is not null && await JoinAsync(founder) is { } reason)
        {
            return joining.ToDictionary(member => member.Account, _ => reason);
        }

        var others = joining.Where(member => member != founder).ToArray();
        var answers = await Task.WhenAll(others.Select(JoinAsync));
        foreach (var (member, answer) in others.Zip(answers))
        {
            if (answer is not null)
            {
                refused[member.Account] = answer;
            }
        }

        return refused;
    }

    private async Task<string?> JoinAsync(GroupMember member) =>
        (await Account(member.Account).JoinGroupAsync(Id, member.CredentialVersion)).Refusal?.Code;

    /// <summary>The second half of a change, the same whether it is done at once or by a repair. Every step can be done twice.</summary>
    private async Task FinishAsync(LinkGroupChange change, Dictionary<string, string> refused)
    {
        var before = State.Members;
        var joined = change.Joining.Select(member => member.Account).Where(account => !refused.ContainsKey(account)).ToHashSet();
        var after = LinkGroupRules.Apply(before, change, joined);
        if (after.Length == 1)
        {
            // A founder whose every partner was refused: there is nothing to be linked with.
            change = change with { Leaving = [.. change.Leaving, new GroupLeaver(after[0].Account, SessionEnd.Unlinked)] };
            after = [];
        }

        await Task.WhenAll(change.Leaving.Select(leaver => Account(leaver.Account).LeaveGroupAsync(Id, leaver.Reason)));
        var lost = LinkGroupRules.LostSight(before, change).ToArray();
        await Task.WhenAll(
            from master in lost
            from member in before
            where member.Account != master.Account
            select Account(member.Account).EndSessionsOfAsync(master.Account, master.Reason));

        _proved = [];
        await WriteAsync(new LinkGroupState { Members = after, Notices = [.. State.Notices, .. Notices(before, after, change)] });
        LogChanged(joined.Count, change.Leaving.Length, change.Roles.Count, after.Length);
        Report(change, joined);
    }

    /// <summary>Counts a change that is done, and writes it into the audit log.</summary>
    private void Report(LinkGroupChange change, HashSet<string> joined)
    {
        var dropped = change.Leaving.Count(leaver => leaver.Reason is not SessionEnd.Unlinked);
        metrics.OnChanged("joined", joined.Count);
        metrics.OnChanged("dropped", dropped);
        metrics.OnChanged("left", change.Leaving.Length - dropped);
        metrics.OnChanged("role", change.Roles.Count);
        foreach (var member in joined)
        {
            audit.Write(AuditEvents.LinkJoined, member, detail: Id);
        }

        foreach (var leaver in change.Leaving)
        {
            audit.Write(AuditEvents.LinkLeft, leaver.Account, detail: $"{Id} {LinkGroupRules.ReasonCode(leaver.Reason)}");
        }

        foreach (var (member, role) in change.Roles)
        {
            audit.Write(AuditEvents.LinkRole, member, detail: $"{Id} {role}");
        }
    }

    /// <summary>News for every account whose view of the group is another one now.</summary>
    private static PendingNotice[] Notices(GroupMember[] before, GroupMember[] after, LinkGroupChange change)
    {
        var id = Guid.NewGuid().ToString("N");
        LinkRejection[] dropped =
        [
            .. change.Leaving
                .Where(leaver => leaver.Reason is not SessionEnd.Unlinked)
                .Select(leaver => new LinkRejection { Account = leaver.Account, Reason = LinkGroupRules.ReasonCode(leaver.Reason) }),
        ];
        return
        [
            .. from account in before.Concat(after).Select(member => member.Account).Distinct()
               let visible = LinkGroupRules.Visible(after, account)
               where !visible.SequenceEqual(LinkGroupRules.Visible(before, account))
               let rejected = visible.Length > 1 || IsEndOfGroup(after, change, account) ? dropped : []
               select new PendingNotice(account, id, visible, rejected),
        ];
    }

    /// <summary>The last one of a group that ended because the others were dropped is told who was, too.</summary>
    private static bool IsEndOfGroup(GroupMember[] after, LinkGroupChange change, string account) =>
        after.Length == 0 && change.Leaving.Any(leaver => leaver.Account == account && leaver.Reason is SessionEnd.Unlinked);

    /// <summary>Puts the news into the accounts' logs. What cannot be told now is told by the next repair.</summary>
    private async Task NotifyAsync()
    {
        if (State.Notices is not { Length: > 0 } notices)
        {
            return;
        }

        var told = await Task.WhenAll(notices.Select(TellAsync));
        await WriteAsync(State with { Notices = [.. notices.Zip(told).Where(pair => !pair.Second).Select(pair => pair.First)] });
    }

    private async Task<bool> TellAsync(PendingNotice notice)
    {
        try
        {
            await Account(notice.Account).NotifyAsync(new LinkNotice { NoticeId = notice.NoticeId, Members = notice.Members, Rejected = notice.Rejected });
            return true;
        }
#pragma warning disable CA1031 // The change itself is done; the news waits in the state and is told later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogNotTold(failure);
            return false;
        }
    }

    /// <summary>Finishes what an earlier activation began: who has joined by then is in, who has not is not.</summary>
    private async Task RepairAsync()
    {
        if (State.Pending is { } change)
        {
            var refused = new Dictionary<string, string>();
            foreach (var member in change.Joining)
            {
                if ((await Account(member.Account).GetLinkStateAsync()).Group != Id)
                {
                    refused[member.Account] = ErrorCodes.Conflict;
                }
            }

            await FinishAsync(change, refused);
            LogRepaired(change.Joining.Length, refused.Count, change.Leaving.Length);
        }

        await NotifyAsync();
    }

    private async Task<LinkRejection[]> DropInvalidAsync(string by)
    {
        var invalid = await FindInvalidAsync(by);
        if (invalid.Length == 0)
        {
            return [];
        }

        var change = LinkGroupRules.Leave(State, invalid);
        await WriteAsync(State with { Pending = change });
        await FinishAsync(change, []);
        return [.. invalid.Select(leaver => new LinkRejection { Account = leaver.Account, Reason = LinkGroupRules.ReasonCode(leaver.Reason) })];
    }

    private async Task<GroupLeaver[]> FindInvalidAsync(string by)
    {
        var members = State.Members.Where(member => member.Account != by).ToArray();
        var found = await Task.WhenAll(members.Select(member => Account(member.Account).GetLinkStateAsync()));
        var states = members.Zip(found).ToDictionary(pair => pair.First.Account, pair => pair.Second);
        return LinkGroupRules.Check(State, Id, by, states);
    }

    /// <summary>A new activation repairs what a failed write has left.</summary>
    private Task WriteAsync(LinkGroupState next) => states.ReplaceAsync(this.GetGrainId(), _state, next, DeactivateOnIdle);
}
