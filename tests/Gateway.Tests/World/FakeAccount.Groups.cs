using OrleansIM.Groups;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.World;

/// <summary>Groups: answers that show what was asked.</summary>
internal sealed partial class FakeAccount
{
    /// <summary>The last thing that was asked about groups.</summary>
    public object? AskedOfGroups { get; private set; }

    /// <summary>What its page shows.</summary>
    public GroupSummary[] Groups { get; set; } = [];

    public Task<Outcome<GroupInvited>> CreateGroupAsync(string session, CreateGroup request) => TurnAsync<GroupInvited>("CreateGroup", session, () =>
    {
        AskedOfGroups = request;
        return Invited(Details("new", request.Name, [Id, .. request.Members]), request.Members);
    });

    public Task<Outcome<GroupInvited>> InviteToGroupAsync(string session, InviteToGroup request) => TurnAsync<GroupInvited>("InviteToGroup", session, () =>
    {
        AskedOfGroups = request;
        return Invited(Details(GroupIds.IdOf(request.Group), "known", [Id, .. request.Accounts]), request.Accounts);
    });

    public Task<Outcome<GroupDetails>> ChangeGroupAsync(string session, ChangeGroup change) => TurnAsync<GroupDetails>("ChangeGroup", session, () =>
    {
        AskedOfGroups = change;
        return Details(GroupIds.IdOf(change.Group), change.Name ?? "known", [Id]);
    });

    public Task<Outcome<GroupDetails>> GetGroupAsync(string session, string group) => TurnAsync<GroupDetails>("GetGroup", session, () =>
    {
        AskedOfGroups = group;
        return Details(GroupIds.IdOf(group), "known", [Id]);
    });

    private static GroupInvited Invited(GroupDetails group, string[] added) => new()
    {
        Group = group,
        Added = added,
        Rejected = [new GroupRejection { Account = "stranger", Reason = ErrorCodes.NotFriends }],
    };

    private static GroupDetails Details(string id, string name, string[] members) => new()
    {
        Id = id,
        Name = name,
        MemberInvites = true,
        CreatedAt = DateTimeOffset.UnixEpoch,
        Members = [.. members.Select((account, place) => new GroupMember { Account = account, Role = place == 0 ? GroupRole.Owner : GroupRole.Member, Since = DateTimeOffset.UnixEpoch })],
    };
}
