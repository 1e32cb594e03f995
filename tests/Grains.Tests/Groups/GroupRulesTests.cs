using OrleansIM.Grains.Groups;
using OrleansIM.Groups;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Groups;

public sealed class GroupRulesTests
{
    private const string Group = "group:g";

    [Fact]
    public void Create_TakenId_IsAConflict() =>
        Assert.Equal(ErrorCodes.Conflict, GroupRules.Create(Team(), "ann", "again", [], 10).Refusal?.Code);

    [Fact]
    public void Create_OverTheLimit_IsRefused()
    {
        var empty = new GroupState(new GroupSnapshot());
        Assert.Equal(ErrorCodes.LimitReached, GroupRules.Create(empty, "ann", "big", ["b1", "b2"], 2).Refusal?.Code);
        Assert.Equal(["ann", "b1"], GroupRules.Create(empty, "ann", "fits", ["b1", "ann", "b1"], 2).Get()!.Accounts);
    }

    [Theory]
    [InlineData("ann", true, null)]
    [InlineData("adm", true, null)]
    [InlineData("mem", true, null)]
    [InlineData("ann", false, null)]
    [InlineData("adm", false, null)]
    [InlineData("mem", false, ErrorCodes.Forbidden)]
    [InlineData("nobody", true, ErrorCodes.Forbidden)]
    public void Invite_ByEachRole_IsAsTheOptionSays(string by, bool memberInvites, string? code)
    {
        var group = Team();
        Do(group, GroupRules.Change(group, "ann", Set(memberInvites: memberInvites)));

        Assert.Equal(code, GroupRules.Invite(group, by, ["new"], 10).Refusal?.Code);
    }

    [Fact]
    public void Invite_WhoIsInAlready_ChangesNothing()
    {
        var group = Team();
        Assert.Null(GroupRules.Invite(group, "ann", ["mem", "adm"], 4).Get());
        Assert.Equal(["new"], GroupRules.Invite(group, "ann", ["mem", "new", "new"], 5).Get()!.Accounts);
        Assert.Equal(ErrorCodes.LimitReached, GroupRules.Invite(group, "ann", ["new"], 4).Refusal?.Code);
    }

    [Theory]
    [InlineData("ann", "adm", null)]
    [InlineData("ann", "mem", null)]
    [InlineData("ann", "ann", ErrorCodes.Self)]
    [InlineData("ann", "nobody", ErrorCodes.UnknownAccount)]
    [InlineData("adm", "mem", null)]
    [InlineData("adm", "ann", ErrorCodes.Forbidden)]
    [InlineData("adm", "adm", ErrorCodes.Self)]
    [InlineData("mem", "mem2", ErrorCodes.Forbidden)]
    [InlineData("nobody", "mem", ErrorCodes.Forbidden)]
    public void Kick_ByEachRole_IsAllowedDownwardsOnly(string by, string account, string? code) =>
        Assert.Equal(code, GroupRules.Change(Team(), by, new ChangeGroup { Group = Group, Action = GroupAction.Kick, Account = account }).Refusal?.Code);

    [Theory]
    [InlineData("ann", "mem", GroupRole.Admin, null)]
    [InlineData("ann", "mem", GroupRole.Owner, null)]
    [InlineData("ann", "ann", GroupRole.Member, ErrorCodes.InvalidArgument)]
    [InlineData("ann", "nobody", GroupRole.Admin, ErrorCodes.UnknownAccount)]
    [InlineData("adm", "mem", GroupRole.Admin, ErrorCodes.Forbidden)]
    [InlineData("mem", "mem", GroupRole.Owner, ErrorCodes.Forbidden)]
    public void SetRole_ByEachRole_IsTheOwners(string by, string account, GroupRole role, string? code) =>
        Assert.Equal(code, GroupRules.Change(Team(), by, Role(account, role)).Refusal?.Code);

    [Theory]
    [InlineData("ann", "new", null, null)]
    [InlineData("ann", null, false, null)]
    [InlineData("adm", "new", null, null)]
    [InlineData("adm", null, false, ErrorCodes.Forbidden)]
    [InlineData("mem", "new", null, ErrorCodes.Forbidden)]
    public void Set_ByEachRole_IsAllowed(string by, string? name, bool? memberInvites, string? code) =>
        Assert.Equal(code, GroupRules.Change(Team(), by, Set(name, memberInvites)).Refusal?.Code);

    [Fact]
    public void Leave_LastOwner_LeavesItToTheOldestAdminThenToTheOldestMember()
    {
        var group = Team();
        Do(group, GroupRules.Change(group, "ann", Role("mem2", GroupRole.Admin)));

        Assert.Equal("adm", Leave(group, "ann").Owner);
        Assert.Equal(GroupRole.Owner, group.Find("adm")!.Role);
        Do(group, GroupRules.Change(group, "adm", Role("mem2", GroupRole.Member)));
        Assert.Equal("mem", Leave(group, "adm").Owner);
        Assert.Null(Leave(group, "mem2").Owner);
        var last = Leave(group, "mem");
        Assert.Equal((null, 0, 0), (last.Owner, last.Members, group.Count));
        Assert.Equal(ErrorCodes.Forbidden, GroupRules.Change(group, "mem", Set("dead")).Refusal?.Code);
    }

    [Fact]
    public void Leave_OneOfTwoOwners_LeavesTheOther()
    {
        var group = Team();
        Do(group, GroupRules.Change(group, "ann", Role("mem", GroupRole.Owner)));

        Assert.Null(Leave(group, "ann").Owner);
    }

    [Fact]
    public void SameAgain_IsNoEvent()
    {
        var group = Team();
        Assert.Null(GroupRules.Change(group, "ann", Role("adm", GroupRole.Admin)).Get());
        Assert.Null(GroupRules.Change(group, "ann", Set("team", true)).Get());
    }

    /// <summary>ann owns it, adm is an admin, mem and mem2 are members, in that order.</summary>
    private static GroupState Team()
    {
        var group = new GroupState(new GroupSnapshot());
        Do(group, GroupRules.Create(group, "ann", "team", ["adm", "mem", "mem2"], 10));
        Do(group, GroupRules.Change(group, "ann", Role("adm", GroupRole.Admin)));
        return group;
    }

    private static GroupEvent Leave(GroupState group, string account) =>
        Do(group, GroupRules.Change(group, account, new ChangeGroup { Group = Group, Action = GroupAction.Leave }));

    private static ChangeGroup Role(string account, GroupRole role) => new() { Group = Group, Action = GroupAction.SetRole, Account = account, Role = role };

    private static ChangeGroup Set(string? name = null, bool? memberInvites = null) =>
        new() { Group = Group, Action = GroupAction.Set, Name = name, MemberInvites = memberInvites };

    /// <summary>As the log does it: what is applied is what was stored.</summary>
    private static GroupEvent Do(GroupState group, Outcome<GroupEvent?> decision)
    {
        var happened = decision.Get();
        if (happened is not null)
        {
            group.Apply(new TimelineEntry { Seq = group.AppliedSeq + 1, Kind = EntryKind.Group, At = 1_000 * group.AppliedSeq, Data = happened.ToData(Group) });
        }

        return happened!;
    }
}
