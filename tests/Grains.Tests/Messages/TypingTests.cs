using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

public sealed class TypingTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Throttle_SameAgain_WaitsForTheInterval()
    {
        var throttle = new TypingThrottle(TimeSpan.FromSeconds(1));

        Assert.True(throttle.Lets("bob", true, s_start));
        Assert.False(throttle.Lets("bob", true, s_start.AddMilliseconds(999)));
        Assert.True(throttle.Lets("bob", false, s_start.AddMilliseconds(999)));
        Assert.True(throttle.Lets("cat", true, s_start.AddMilliseconds(999)));
        Assert.True(throttle.Lets("bob", true, s_start.AddMilliseconds(1_000)));
    }

    [Fact]
    public void Throttle_ManyPeers_ForgetsThoseOfLongAgo()
    {
        var throttle = new TypingThrottle(TimeSpan.FromSeconds(1));
        for (var peer = 0; peer < 1_000; peer++)
        {
            Assert.True(throttle.Lets($"p{peer}", true, s_start.AddMilliseconds(peer * 100)));
        }

        Assert.Equal(10, throttle.Count);
    }

    [Fact]
    public async Task Typing_SaidOften_ArrivesOncePerInterval()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:TypingInterval", "00:00:20"), ("Accounts:TypingExpires", "00:01:00"));
        var sessions = await world.FriendsAsync("ann", "bob");
        var ann = sessions[0];

        for (var number = 0; number < 5; number++)
        {
            (await world.Account("ann").SetTypingAsync(ann.Id, "bob", true)).ShouldBeDone();
        }

        (await world.Account("ann").SetTypingAsync(ann.Id, "bob", false)).ShouldBeDone();
        world.Clock.Advance(TimeSpan.FromSeconds(20));
        (await world.Account("ann").SetTypingAsync(ann.Id, "bob", true)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.TypingAt(sessions[1]).Length >= 3, "three typing events");
        Assert.Equal([("ann", true), ("ann", false), ("ann", true)], world.TypingAt(sessions[1]));
        Assert.Empty(world.TypingAt(ann));
    }

    [Fact]
    public async Task Typing_NotSaidAgain_EndsByItself()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:TypingInterval", "00:00:00.01"), ("Accounts:TypingExpires", "00:00:00.3"));
        var sessions = await world.FriendsAsync("ann", "bob", "cat");

        (await world.Account("ann").SetTypingAsync(sessions[0].Id, "bob", true)).ShouldBeDone();
        (await world.Account("cat").SetTypingAsync(sessions[2].Id, "bob", true)).ShouldBeDone();

        await Eventually.TrueAsync(() => world.TypingAt(sessions[1]).Count(typing => !typing.On) == 2, "both to end");
        Assert.Equal(4, world.TypingAt(sessions[1]).Length);
    }

    [Fact]
    public async Task Typing_MessageOfTheTypist_EndsItAndOneOfTheOtherDoesNot()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        (await world.Account("ann").SetTypingAsync(sessions[0].Id, "bob", true)).ShouldBeDone();
        (await sessions[1].SendAsync("ann", "what is it?")).ShouldBeDone();
        await Eventually.TrueAsync(() => Seen().Contains("what is it?"), "bob's own message");

        (await sessions[0].SendAsync("bob", "this")).ShouldBeDone();

        await Eventually.TrueAsync(() => Seen().Contains("off"), "the end of typing");
        Assert.Equal(["on", "what is it?", "this", "off"], Seen());

        string[] Seen() =>
        [
            .. world.Gateway.Pushes.SelectMany(push => push switch
            {
                PushedEntries entries when entries.Account == "bob" => entries.Entries.Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()),
                PushedSignal { Account: "bob", Event: "typing" } typing => [JsonDocument.Parse(typing.Data).RootElement.GetProperty("on").GetBoolean() ? "on" : "off"],
                _ => [],
            }),
        ];
    }

    [Fact]
    public async Task Typing_ToNoFriend_IsRefusedAndNotShown()
    {
        await using var world = await GrainWorld.StartAsync();
        var sessions = await world.FriendsAsync("ann", "bob");
        await world.RegisterAsync("eve");
        var eve = await world.SignInAsync("eve");
        (await world.SetAsync(sessions[1], PrivacySettings.Messages, "\"everyone\"")).ShouldBeDone();

        (await world.Account("eve").SetTypingAsync(eve.Id, "bob", true)).ShouldBeRefused(ErrorCodes.NotFriends);
        (await world.Account("eve").SetTypingAsync(eve.Id, "nobody", true)).ShouldBeRefused(ErrorCodes.NotFriends);
        (await world.Account("ann").SetTypingAsync("no session", "bob", true)).ShouldBeRefused("unknown_session");
        // One that believes to be a friend is not one.
        await world.Grains.GetGrain<IAccountPeerGrain>("bob").TakeTypingAsync("eve", true);

        Assert.Empty(world.TypingAt(sessions[1]));
    }
}
