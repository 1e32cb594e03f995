using OrleansIM.Contacts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Presence;

/// <summary>Mission P5: who sees what of whom, in one silo.</summary>
public sealed class PresenceTests : IAsyncLifetime
{
    private GrainWorld _world = null!;
    private TestSession _ann = null!;
    private TestSession _bob = null!;

    public Task InitializeAsync() => BeginAsync(offlineDelay: "00:00:00.1");

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Page_HasTheAccountAndItsFriendsThatAreOnline()
    {
        await _world.RegisterAsync("cat");
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SayAsync(_bob, PresenceStatus.Busy, "deep");
        await _world.SeesAsync(_ann, "bob", "busy deep");
        await _world.SignInAsync("cat");

        var page = (await _world.SignInAsync("ann")).Pages["ann"];

        Assert.Equal(["ann online", "bob busy deep"], page.Presence.Select(p => $"{p.Key} {p.Value.Status} {p.Value.Note}".TrimEnd()).Order());
    }

    [Fact]
    public async Task Friend_ComesAndGoes_IsSeen()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");

        await _bob.CloseAsync();
        await _world.SeesAsync(_ann, "bob", "offline");
        await _world.SignInAsync("bob");
        await _world.SeesAsync(_ann, "bob", "online");
    }

    [Fact]
    public async Task SignIn_WithFriendsWhoAreOffline_WakesNoneOfThem()
    {
        await _world.RegisterAsync("cat");
        var cat = await _world.SignInAsync("cat");
        await GrainWorld.BefriendAsync(_ann, _bob);
        await GrainWorld.BefriendAsync(_ann, cat);
        await _world.RestartAsync();
        _world.State.Reads.Clear();

        var ann = await _world.SignInAsync("ann");
        await _world.SayAsync(ann, PresenceStatus.Away);

        Assert.Equal(["ann"], _world.State.Reads.Select(grain => grain.Key.ToString()!).Distinct());
    }

    [Fact]
    public async Task SecondSession_OfAnAccount_SeesTheSameWithoutTheShards()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");

        var second = await _world.SignInAsync("ann");

        Assert.Equal("online", second.Pages["ann"].Presence["bob"].Status);
        await _world.SayAsync(_bob, PresenceStatus.Away);
        await _world.SeesAsync(second, "bob", "away");
        await _world.SeesAsync(_ann, "bob", "away");
    }

    [Fact]
    public async Task OwnSessions_SeeTheAccountAsItIs()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        var phone = await _world.SignInAsync("ann", presence: new SessionPresence { Status = PresenceStatus.Away });
        Assert.Equal("online", phone.Pages["ann"].Presence["ann"].Status);
        await _world.SeesAsync(_bob, "ann", "online");

        await _world.SayAsync(phone, PresenceStatus.Invisible, "quiet");

        await _world.SeesAsync(_ann, "ann", "invisible quiet");
        await _world.SeesAsync(phone, "ann", "invisible quiet");
        await _world.SeesAsync(_bob, "ann", "offline");
        Assert.DoesNotContain("quiet", string.Concat(_world.PresenceEvents(_bob)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SignIn_Invisible_IsNeverSeen()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");
        await _bob.CloseAsync();
        await _world.SeesAsync(_ann, "bob", "offline");
        var before = _world.PresenceEvents(_ann).Length;

        var hidden = await _world.SignInAsync("bob", presence: new SessionPresence { Status = PresenceStatus.Invisible });
        await _world.SayAsync(hidden, PresenceStatus.Invisible, "still");
        await _world.SeesAsync(hidden, "bob", "invisible still");
        await _world.SayAsync(hidden, PresenceStatus.Busy);
        await _world.SeesAsync(_ann, "bob", "busy");

        Assert.Equal(before + 1, _world.PresenceEvents(_ann).Length);
    }

    [Fact]
    public async Task Strangers_SeeNothing()
    {
        await _ann.ChangeContactAsync("bob", ContactAction.Request);
        await _world.SayAsync(_bob, PresenceStatus.Busy);
        await _world.SayAsync(_ann, PresenceStatus.Busy);
        await _world.SeesAsync(_ann, "ann", "busy");
        await _world.SeesAsync(_bob, "bob", "busy");

        Assert.Equal(["ann"], _world.Presence(_ann).Keys);
        Assert.Equal(["bob"], _world.Presence(_bob).Keys);
        Assert.Equal(["bob"], (await _world.SignInAsync("bob")).Pages["bob"].Presence.Keys);
    }

    [Theory]
    [InlineData(ContactAction.Remove)]
    [InlineData(ContactAction.Block)]
    public async Task Friendship_Ended_BothAreOfflineAtOnceAndForGood(ContactAction end)
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");
        await _world.SeesAsync(_bob, "ann", "online");

        (await _ann.ChangeContactAsync("bob", end)).ShouldBeDone();

        await _world.SeesAsync(_ann, "bob", "offline");
        await _world.SeesAsync(_bob, "ann", "offline");
        await _world.SayAsync(_ann, PresenceStatus.Away, "secret");
        await _world.SeesAsync(_ann, "ann", "away secret");
        Assert.DoesNotContain("secret", string.Concat(_world.PresenceEvents(_bob)), StringComparison.Ordinal);
        Assert.DoesNotContain("ann", (await _world.SignInAsync("bob")).Pages["bob"].Presence.Keys);
    }

    [Fact]
    public async Task Privacy_Nobody_HidesFromFriendsOnly()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");

        (await _world.SetPrivacyAsync(_bob, "presence", "nobody")).ShouldBeDone();
        await _world.SeesAsync(_ann, "bob", "offline");
        await _world.SayAsync(_bob, PresenceStatus.Busy);
        await _world.SeesAsync(_bob, "bob", "busy");
        Assert.False((await _world.SignInAsync("ann")).Pages["ann"].Presence.ContainsKey("bob"));
        Assert.Equal("online", _world.Presence(_bob)["ann"]);

        (await _world.SetPrivacyAsync(_bob, "presence", null)).ShouldBeDone();
        await _world.SeesAsync(_ann, "bob", "busy");
    }

    [Fact]
    public async Task Privacy_UnknownValue_IsRefused() =>
        (await _world.SetPrivacyAsync(_bob, "presence", "everybody")).ShouldBeRefused(ErrorCodes.InvalidArgument);

    [Fact]
    public async Task LastSeen_Shared_IsInPageAndEvent()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        (await _world.SetPrivacyAsync(_bob, "lastSeen", "friends")).ShouldBeDone();
        await _world.SeesAsync(_ann, "bob", "online");
        var before = DateTimeOffset.UtcNow;

        await _bob.CloseAsync();
        await _world.SeesAsync(_ann, "bob", "offline seen");

        var seen = (await _world.SignInAsync("ann")).Pages["ann"].Presence["bob"];
        Assert.Equal("offline", seen.Status);
        Assert.InRange(seen.LastSeen!.Value, before, DateTimeOffset.UtcNow);
        await _ann.ChangeContactAsync("bob", ContactAction.Remove);
        await _world.SeesAsync(_ann, "bob", "offline");
    }

    [Fact]
    public async Task LinkedAccount_SeenByAMaster_IsOnline()
    {
        await _world.RegisterAsync("game");
        var game = await _world.SignInAsync("game");
        await GrainWorld.BefriendAsync(_bob, game);
        (await _ann.LinkAsync(("game", LinkRole.Secondary))).ShouldBeDone();
        await game.CloseAsync();
        await _world.SeesAsync(_bob, "game", "offline");

        var master = await _world.SignInAsync("ann");
        await _world.SeesAsync(_bob, "game", "online");
        Assert.Equal("online", master.Pages["game"].Presence["bob"].Status);
        (await _world.SayAsync(master, PresenceStatus.Busy, account: "game")).ShouldBeDone();
        await _world.SeesAsync(_bob, "game", "busy");

        (await _world.Account("ann").RemoveLinkAsync(master.Id, "game")).ShouldBeDone();
        await _world.SeesAsync(_bob, "game", "offline");
        (await _world.SayAsync(master, PresenceStatus.Busy, account: "game")).ShouldBeRefused(Sessions.SessionRefusals.UnknownSession);
    }

    [Fact]
    public async Task Session_UnknownOrBadInput_IsRefused()
    {
        (await _world.Account("bob").SetPresenceAsync(_ann.Id, SessionPresence.Online)).ShouldBeRefused(Sessions.SessionRefusals.UnknownSession);
        (await _world.SayAsync(_ann, PresenceStatus.Offline)).ShouldBeRefused(ErrorCodes.InvalidArgument);
        (await _world.SayAsync(_ann, PresenceStatus.Away, new string('n', ProtocolLimits.MaxText + 1))).ShouldBeRefused(ErrorCodes.InvalidArgument);
    }

    [Fact]
    public async Task Sessions_NobodyRenews_AreOfflineWhenTheirLeaseHasRunOut()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");

        _world.Clock.Advance(TimeSpan.FromMinutes(2.5));
        await _world.Account("ann").RenewSessionsAsync(new Sessions.RenewSessions { Sessions = [_ann.Id] });
        _ann = await _world.SignInAsync("ann");

        await _world.SeesAsync(_ann, "bob", "offline");
    }

    [Fact]
    public async Task Gateway_Lost_ItsSessionsEndBeforeTheirLease()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        _bob.Node = "lost";
        (await _bob.OpenAsync("bob")).ShouldBeDone();
        await _world.SeesAsync(_ann, "bob", "online");

        _world.LoseNode("lost");

        await _world.SeesAsync(_ann, "bob", "offline");
        (await _bob.SendAsync("ann", "from nowhere")).ShouldBeRefused(Sessions.SessionRefusals.UnknownSession);
        (await _ann.SendAsync("bob", "still here")).ShouldBeDone();
    }

    [Fact]
    public async Task Reconnect_InTime_IsNotSeen()
    {
        await _world.DisposeAsync();
        await BeginAsync(offlineDelay: "00:01:00");
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");
        var before = _world.PresenceEvents(_ann).Length;

        for (var i = 0; i < 5; i++)
        {
            await _bob.CloseAsync();
            _bob = await _world.SignInAsync("bob");
            Assert.Equal("online", _bob.Pages["bob"].Presence["ann"].Status);
        }

        await _world.SayAsync(_bob, PresenceStatus.Away);
        await _world.SeesAsync(_ann, "bob", "away");
        Assert.Equal(before + 1, _world.PresenceEvents(_ann).Length);
    }

    [Fact]
    public async Task Disabled_IsOfflineAtOnce_AndDeletedToo()
    {
        await _world.DisposeAsync();
        await BeginAsync(offlineDelay: "00:10:00");
        await _world.RegisterAsync("cat");
        var cat = await _world.SignInAsync("cat");
        await GrainWorld.BefriendAsync(_ann, _bob);
        await GrainWorld.BefriendAsync(_ann, cat);
        await _world.SeesAsync(_ann, "bob", "online");
        await _world.SeesAsync(_ann, "cat", "online");

        (await _world.Credentials("bob").SetDisabledAsync(true)).ShouldBeDone();
        (await _world.Credentials("cat").DeleteAsync()).ShouldBeDone();

        await _world.SeesAsync(_ann, "bob", "offline");
        await _world.SeesAsync(_ann, "cat", "offline");
    }

    [Fact]
    public async Task Changes_InQuickSuccession_AreToldAsFew()
    {
        await _world.DisposeAsync();
        await BeginAsync(offlineDelay: "00:00:05", minInterval: "00:00:01");
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");
        var before = _world.PresenceEvents(_ann).Length;

        for (var i = 0; i < 50; i++)
        {
            await _world.SayAsync(_bob, PresenceStatus.Busy, $"{i}");
        }

        await _world.SeesAsync(_ann, "bob", "busy 49");
        Assert.InRange(_world.PresenceEvents(_ann).Length - before, 1, 3);
    }

    [Fact]
    public async Task Account_StartsAnewWithoutItsSessions_IsOfflineAfterAWhile()
    {
        await GrainWorld.BefriendAsync(_ann, _bob);
        await _world.SeesAsync(_ann, "bob", "online");
        _world.Store.BeforeAppend = batch => batch.Any(row => row.Account == "bob") ? throw new IOException("no disk") : Task.CompletedTask;
        (await _world.Account("bob").SetProfileAsync(_bob.Id, new Profiles.SetProfile { DisplayName = "Bob" })).ShouldBeRefused(ErrorCodes.Unavailable);
        _world.Store.BeforeAppend = null;

        await _world.SeesAsync(_ann, "bob", "offline");
    }

    private async Task BeginAsync(string offlineDelay, string minInterval = "00:00:00")
    {
        _world = await GrainWorld.StartAsync(
            ("Presence:OfflineDelay", offlineDelay), ("Presence:MinInterval", minInterval), ("Presence:RenewEvery", "00:00:00.3"), ("Presence:Shards", "8"),
            ("Presence:PageTimeout", "00:00:30"));
        await _world.RegisterAsync("ann", "bob");
        (_ann, _bob) = (await _world.SignInAsync("ann"), await _world.SignInAsync("bob"));
    }
}
