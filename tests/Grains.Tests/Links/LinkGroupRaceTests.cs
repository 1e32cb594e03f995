using Orleans;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Links;

/// <summary>
/// Whatever happens at the same time, and wherever a process dies: an account is in one group or in none, and a group
/// and its members' records say the same.
/// </summary>
public sealed class LinkGroupRaceTests
{
    private static readonly string[] s_accounts = ["a1", "a2", "a3", "a4", "a5", "a6"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Edits_ManyAtOnce_LeaveWholeGroups(int seed)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync(s_accounts);
        var sessions = await SignInAllAsync(world);
        world.State.MaxDelay = 3;
        var random = new Random(seed);
        for (var round = 0; round < 12; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => EditAsync(world, sessions, random)));
            await AssertWholeAsync(world);
        }
    }

    [Fact]
    public async Task Add_TwoMastersTakeTheSameAccounts_EachAccountIsInOneGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync(s_accounts);
        var sessions = await SignInAllAsync(world);
        world.State.MaxDelay = 3;

        var both = await Task.WhenAll(
            sessions["a1"].LinkAsync(("a3", default), ("a4", default), ("a5", default)),
            sessions["a2"].LinkAsync(("a5", default), ("a4", default), ("a3", default)),
            sessions["a3"].LinkAsync(("a1", default), ("a2", default)));

        Assert.All(both, outcome => Assert.True(outcome.Refusal is null or { Code: ErrorCodes.Conflict or ErrorCodes.Forbidden }, outcome.Refusal?.Code));
        var linked = both.Where(outcome => !outcome.IsRefused).SelectMany(outcome => outcome.Value!.Linked).Select(member => member.Account).ToArray();
        Assert.Equal(linked.Distinct().Count(), linked.Length);
        await AssertWholeAsync(world);
    }

    [Fact]
    public async Task Add_TwoDevicesOfAFreshMaster_MakeOneGroup()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync(s_accounts);
        var (one, other) = (await world.SignInAsync("a1"), await world.SignInAsync("a1"));
        world.State.MaxDelay = 3;

        var both = await Task.WhenAll(one.LinkAsync(("a2", default)), other.LinkAsync(("a3", default)));

        Assert.All(both, outcome => Assert.Single(outcome.ShouldBeDone().Linked));
        Assert.Equal(3, (await one.ViewAsync()).ShouldBeDone().Members.Length);
        await AssertWholeAsync(world);
    }

    [Fact]
    public async Task Enter_OvertakenByAnotherJoin_TakesNobodyOut()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("a1", "a2", "a3");
        var master = await world.SignInAsync("a1");
        (await master.LinkAsync(("a2", default), ("a3", default))).ShouldBeDone();
        var member = await world.SignInAsync("a2");
        var state = await world.Grains.GetGrain<IAccountLinkGrain>("a2").GetLinkStateAsync();
        var group = world.Grains.GetGrain<ILinkGroupGrain>(state.Group!);
        var (by, again) = (Candidate("a1", LinkRole.Master), Candidate("a2", LinkRole.Secondary));
        for (var round = 0; round < 40; round++)
        {
            // One after the other through the group's gate: it is taken out, asks what it is in, and is taken in.
            var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
            world.State.WhileWriting = _ =>
            {
                begun.TrySetResult();
                return go.Task;
            };
            var remove = world.Account("a1").RemoveLinkAsync(master.Id, "a2");
            await begun.Task;
            var enter = world.Account("a2").EnterGroupAsync(member.Id, atSignIn: false);
            await world.Grains.GetGrain<IAccountLinkGrain>("a2").GetLinkStateAsync();
            await group.CheckRightAsync("none", "a3", "a1");
            var add = group.AddAsync(by, [again]);
            await group.CheckRightAsync("none", "a3", "a1");

            world.State.WhileWriting = null;
            go.SetResult();
            await Task.WhenAll(remove, enter, add);

            Assert.Equal("a2", Assert.Single((await add).ShouldBeDone().Linked).Account);
            Assert.Equal(state.Group, (await world.Grains.GetGrain<IAccountLinkGrain>("a2").GetLinkStateAsync()).Group);
            await AssertWholeAsync(world);
        }

        LinkCandidate Candidate(string account, LinkRole role) => new() { Account = account, Role = role, CredentialVersion = state.CredentialVersion };
    }

    [Fact]
    public async Task Unlink_WhileTheMasterSignsIn_NeverLeavesAPageOpen()
    {
        await using var world = await GrainWorld.StartAsync();
        world.State.MaxDelay = 2;
        await world.RegisterAsync("a1", "a2", "a3");
        var editor = await world.SignInAsync("a1");
        for (var round = 0; round < 30; round++)
        {
            (await editor.LinkAsync(("a2", default), ("a3", default))).ShouldBeDone();
            var entering = await world.SignInAsync("a1");
            await world.Account("a2").CloseSessionAsync(entering.Id);

            var open = entering.OpenAsync("a2");
            var remove = world.Account("a1").RemoveLinkAsync(editor.Id, "a2");
            await Task.WhenAll(open, remove);

            (await remove).ShouldBeDone();
            // Removed and answered: whatever the race was like, the session does not see the account now.
            await AssertDoesNotSeeAsync(world, entering, "a2");
            (await world.Account("a1").RemoveLinkAsync(editor.Id, "a3")).ShouldBeDone();
        }
    }

    [Fact]
    public async Task StepDown_WhileThatMasterOpensPages_NeverLeavesOneOpen()
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("a1", "a2", "a3");
        var editor = await world.SignInAsync("a1");
        (await editor.LinkAsync(("a2", LinkRole.Master), ("a3", default))).ShouldBeDone();
        var master = await world.SignInAsync("a2");
        world.State.MaxDelay = 1;
        for (var round = 0; round < 60; round++)
        {
            var demote = world.Account("a1").SetLinkRoleAsync(editor.Id, "a2", LinkRole.Secondary);
            Task[] opens = [.. Enumerable.Range(0, 20).Select(async number =>
            {
                await Task.Delay(number % 3);
                await master.OpenAsync("a3");
            })];
            (await demote).ShouldBeDone();
            await AssertDoesNotSeeAsync(world, master, "a3");
            await Task.WhenAll(opens);
            await AssertDoesNotSeeAsync(world, master, "a3");
            (await world.Account("a1").SetLinkRoleAsync(editor.Id, "a2", LinkRole.Master)).ShouldBeDone();
        }
    }

    [Fact]
    public async Task Edit_ProcessDiesAtAnyWrite_IsWholeAfterTheNextSignIn()
    {
        // Each round fails every write from the n-th on, as a dying process would, and starts anew on what was stored.
        for (var survives = 0; survives < 12; survives++)
        {
            await using var world = await GrainWorld.StartAsync();
            await world.RegisterAsync(s_accounts);
            var one = await world.SignInAsync("a1");
            (await one.LinkAsync(("a2", LinkRole.Master), ("a3", default))).ShouldBeDone();
            var left = survives;
            world.State.BeforeWrite = (_, _) =>
            {
                if (Interlocked.Decrement(ref left) < 0)
                {
                    throw new IOException("the process died");
                }
            };

            await Record.ExceptionAsync(() => one.LinkAsync(("a4", default), ("a5", default)));
            await Record.ExceptionAsync(() => world.Account("a1").RemoveLinkAsync(one.Id, "a2"));
            world.State.BeforeWrite = null;
            await world.RestartAsync();

            await SignInAllAsync(world);
            await AssertWholeAsync(world);
        }
    }

    private static async Task AssertDoesNotSeeAsync(GrainWorld world, TestSession session, string account) =>
        (await world.Account(account).ReadEntriesAsync(session.Id, 0, 1)).ShouldBeRefused(SessionRefusals.UnknownSession);

    private static async Task<Dictionary<string, TestSession>> SignInAllAsync(GrainWorld world)
    {
        var sessions = new Dictionary<string, TestSession>();
        foreach (var account in s_accounts)
        {
            sessions[account] = await world.SignInAsync(account);
        }

        return sessions;
    }

    private static Task EditAsync(GrainWorld world, Dictionary<string, TestSession> sessions, Random random)
    {
        var by = sessions[s_accounts[random.Next(s_accounts.Length)]];
        var other = s_accounts[random.Next(s_accounts.Length)];
        var third = s_accounts[random.Next(s_accounts.Length)];
        var role = (LinkRole)random.Next(2);
        return random.Next(4) switch
        {
            0 => by.LinkAsync((other, role)),
            1 => by.LinkAsync((other, role), (third, LinkRole.Secondary)),
            2 => world.Account(by.SignedInAs).RemoveLinkAsync(by.Id, other),
            _ => world.Account(by.SignedInAs).SetLinkRoleAsync(by.Id, other, role),
        };
    }

    private static async Task AssertWholeAsync(GrainWorld world)
    {
        var groups = new Dictionary<string, List<string>>();
        foreach (var account in s_accounts)
        {
            if ((await world.Grains.GetGrain<IAccountLinkGrain>(account).GetLinkStateAsync()).Group is { } group)
            {
                groups.TryAdd(group, []);
                groups[group].Add(account);
            }
        }

        foreach (var (group, members) in groups)
        {
            // Entering repairs, so that a record and its list can be compared.
            var views = new List<GroupView>();
            foreach (var member in members)
            {
                views.Add(await world.Grains.GetGrain<ILinkGroupGrain>(group).EnterAsync(member, atSignIn: false));
            }

            Assert.All(views, view => Assert.Equal(group, view.Group));
            var masters = views.Where(view => view.Role is LinkRole.Master).ToArray();
            Assert.NotEmpty(masters);
            Assert.All(masters, view => Assert.Equal(members.Order(), view.Members.Select(member => member.Account).Order()));
            Assert.True(members.Count > 1, $"a group of one: {members[0]}");
        }
    }
}
