using System.Diagnostics;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Groups;
using OrleansIM.Protocol;
using OrleansIM.Timelines;
using Xunit.Abstractions;

namespace OrleansIM.Grains.Tests.Groups;

/// <summary>A group of 1,000, of whom 300 are awake: what a message costs.</summary>
public sealed class GroupSizeTests(ITestOutputHelper output)
{
    private const int Members = 1_000, Awake = 300;

    [Fact]
    public async Task Send_ToAThousand_StoresTheDataOnceAndARowForEachThatIsAwake()
    {
        await using var world = await GrainWorld.StartAsync();
        var accounts = Enumerable.Range(0, Members).Select(number => $"m{number}").ToArray();
        await Task.WhenAll(accounts.Chunk(50).Select(some => world.RegisterAsync(some)));
        var group = GroupIds.NameOf("big");
        // Whether they are friends is asked by their accounts, not by the group.
        (await world.Grains.GetGrain<IGroupGrain>("big").CreateAsync("m0", "big", accounts[1..])).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox", TimeSpan.FromSeconds(60));
        var sessions = await Task.WhenAll(accounts.Take(Awake).Select(account => world.SignInAsync(account)));
        (await sessions[0].SendAsync(group, "warm")).ShouldBeDone();
        await EveryoneHasAsync(1);
        var before = Rows();

        var watch = Stopwatch.StartNew();
        (await sessions[0].SendAsync(group, "measured")).ShouldBeDone();
        var acknowledged = watch.Elapsed;
        await EveryoneHasAsync(2);

        output.WriteLine($"acknowledged after {acknowledged.TotalMilliseconds:0.0} ms, in {Awake} logs after {watch.ElapsedMilliseconds} ms");
        Assert.Equal(1, world.Store.DataOf("measured"));
        Assert.Equal(before + 1 + Awake, Rows());
        Assert.Empty(world.BodiesOf(accounts[^1], group));
        var late = await world.SignInAsync(accounts[^1]);
        Assert.Equal(["warm", "measured"], world.BodiesOf(accounts[^1], group));
        Assert.Equal((Members, 2), (late.Pages[accounts[^1]].Groups[0].Members, late.Pages[accounts[^1]].Unread[group]));
        (await world.Grains.GetGrain<IGroupGrain>("big").InviteAsync("m0", ["m1000"])).ShouldBeRefused(ErrorCodes.LimitReached);

        int Rows() => accounts.Append(group).Sum(log => world.Store.All(log).Count);

        Task EveryoneHasAsync(int count) => Eventually.TrueAsync(
            () => accounts.Take(Awake).All(account => world.BodiesOf(account, group).Length == count), $"{count} message(s) at {Awake} members", TimeSpan.FromSeconds(30));
    }
}
