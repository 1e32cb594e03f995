using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Groups;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>groups.*</c></summary>
internal static class GroupOps
{
    public static Task<Reply> CreateAsync(OpRequest request)
    {
        request.ReadAs();
        var group = new CreateGroup
        {
            Name = request.Fields.Name("name"u8),
            Members = request.Fields.OptionalAccounts("members"u8, ProtocolLimits.MaxGroupBatch) ?? [],
        };
        return request.AskAsync(RequestScope.NewGroup, group, static async (account, session, group) => Reply.Of(await account.CreateGroupAsync(session, group)));
    }

    public static Task<Reply> InviteAsync(OpRequest request)
    {
        request.ReadAs();
        var group = request.Fields.Group("group"u8);
        var accounts = request.Fields.OptionalAccounts("accounts"u8, ProtocolLimits.MaxGroupBatch);
        if (accounts is null or { Length: 0 })
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, $"accounts: required, an array of 1 to {ProtocolLimits.MaxGroupBatch} account ids.");
        }

        var invite = new InviteToGroup { Group = group, Accounts = accounts ?? [] };
        return request.AskAsync(RequestScope.Group(group), invite, static async (account, session, invite) => Reply.Of(await account.InviteToGroupAsync(session, invite)));
    }

    public static Task<Reply> LeaveAsync(OpRequest request)
    {
        request.ReadAs();
        return ChangeAsync(request, new ChangeGroup { Group = request.Fields.Group("group"u8), Action = GroupAction.Leave });
    }

    public static Task<Reply> KickAsync(OpRequest request)
    {
        request.ReadAs();
        return ChangeAsync(request, new ChangeGroup
        {
            Group = request.Fields.Group("group"u8),
            Action = GroupAction.Kick,
            Account = request.Fields.Account("account"u8),
        });
    }

    public static Task<Reply> SetRoleAsync(OpRequest request)
    {
        request.ReadAs();
        var group = request.Fields.Group("group"u8);
        var account = request.Fields.Account("account"u8);
        var role = ReadRole(request.Fields.OptionalText("role"u8));
        if (role is null)
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, "role: required, one of owner, admin, member.");
        }

        return ChangeAsync(request, new ChangeGroup { Group = group, Action = GroupAction.SetRole, Account = account, Role = role });
    }

    public static Task<Reply> SetAsync(OpRequest request)
    {
        request.ReadAs();
        var change = new ChangeGroup
        {
            Group = request.Fields.Group("group"u8),
            Action = GroupAction.Set,
            Name = request.Fields.OptionalName("name"u8, least: 1),
            MemberInvites = request.Fields.OptionalFlag("memberInvites"u8),
        };
        if (change is { Name: null, MemberInvites: null })
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, "name, memberInvites: give at least one.");
        }

        return ChangeAsync(request, change);
    }

    public static Task<Reply> GetAsync(OpRequest request)
    {
        request.ReadAs();
        var group = request.Fields.Group("group"u8);
        return request.AskAsync(RequestScope.Question(group), group, static async (account, session, group) => Reply.Of(await account.GetGroupAsync(session, group)));
    }

    private static Task<Reply> ChangeAsync(OpRequest request, ChangeGroup change) =>
        request.AskAsync(RequestScope.Group(change.Group), change, static async (account, session, change) => Reply.Of(await account.ChangeGroupAsync(session, change)));

    private static GroupRole? ReadRole(string? role) => role switch
    {
        "owner" => GroupRole.Owner,
        "admin" => GroupRole.Admin,
        "member" => GroupRole.Member,
        _ => null,
    };
}
