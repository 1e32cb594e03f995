using OrleansIM.Contacts;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.Ops;

public sealed class PresenceTests : IAsyncLifetime
{
    private GatewayHost _host = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann");
        _host.World.Add("ben");
        _host.World.Add("cat");
        _host.World.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Presence_OfOneAccount_IsSaidToThatOne()
    {
        var client = await _host.SignInAsync("ann");

        Assert.Equal("{}", (await client.OkAsync("""{"id":1,"op":"presence","as":"ben","status":"busy","note":"deep"}""")).GetRawText());

        Assert.Equal(["nothing"], _host.World["ann"].Said);
        Assert.Equal(["Busy deep"], _host.World["ben"].Said);
    }

    [Fact]
    public async Task Presence_WithoutAs_IsSaidToAllAccountsOfTheSession()
    {
        var client = await _host.SignInAsync("ann");

        await client.OkAsync("""{"id":1,"op":"presence","status":"away","note":""}""");

        Assert.Equal(["Away"], _host.World["ann"].Said);
        Assert.Equal(["Away"], _host.World["ben"].Said);
    }

    [Fact]
    public async Task Presence_WithoutAs_GoesForAccountsThatComeLater()
    {
        var client = await _host.SignInAsync("ann");
        await client.OkAsync("""{"id":1,"op":"presence","status":"invisible"}""");

        await client.OkAsync("""{"id":2,"op":"link.add","accounts":[{"account":"cat","password":"password-1"}]}""");
        await client.EventAsync("page", "cat");

        Assert.Equal(["Invisible"], _host.World["cat"].Said);
    }

    [Fact]
    public async Task Presence_AccountStartsAnew_IsSaidAgain()
    {
        var client = await _host.SignInAsync("ann");
        await client.OkAsync("""{"id":1,"op":"presence","as":"ben","status":"invisible"}""");

        _host.World["ben"].Forget();
        await client.OkAsync("""{"id":2,"op":"history","as":"ben"}""");

        Assert.Equal(["Invisible"], _host.World["ben"].Said);
    }

    [Fact]
    public async Task Presence_AccountRefuses_IsRefused()
    {
        var client = await _host.SignInAsync("ann");
        _host.World["ben"].Refuses = method => method == "SetPresence" ? new Refusal(ErrorCodes.SlowDown, "Wait.") : null;

        Assert.Equal(ErrorCodes.SlowDown, await client.RefusalAsync("""{"id":1,"op":"presence","status":"away"}"""));
    }

    [Fact]
    public async Task Hello_WithPresence_OpensAccountsWithIt()
    {
        var client = await _host.ConnectAsync();

        await client.OkAsync($$$$"""{"id":1,"op":"hello","token":"{{{{_host.Token("ann")}}}}","presence":{"BEN":{"status":"busy","note":"deep"},"*":{"status":"invisible"}}}""");
        await client.EventAsync("ready");

        Assert.Equal(["Invisible"], _host.World["ann"].Said);
        Assert.Equal(["Busy deep"], _host.World["ben"].Said);
    }

    [Theory]
    [InlineData("7")]
    [InlineData("""{"ann":"away"}""")]
    [InlineData("""{"ann":{}}""")]
    [InlineData("""{"ann":{"status":"offline"}}""")]
    [InlineData("""{"no such id!":{"status":"away"}}""")]
    [InlineData("""{"ann":{"status":"away","note":7}}""")]
    public async Task Hello_PresenceAtFault_IsRefused(string presence)
    {
        var client = await _host.ConnectAsync();

        var error = (await client.AskAsync($$"""{"id":1,"op":"hello","token":"{{_host.Token("ann")}}","presence":{{presence}}}""")).GetProperty("err");

        Assert.Equal(ErrorCodes.InvalidArgument, error.GetProperty("code").GetString());
        Assert.StartsWith("presence:", error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_LastSeenOfAFriend_IsInPresence()
    {
        _host.World["ann"].Presence["zoe"] = new PresenceInfo { Status = "offline", LastSeen = DateTimeOffset.UnixEpoch };

        var client = await _host.SignInAsync("ann");

        var page = (await client.FirstEventAsync("page", "ann")).GetProperty("data");
        Assert.Equal("""{"zoe":{"status":"offline","lastSeen":"1970-01-01T00:00:00.000Z"}}""", page.GetProperty("presence").GetRawText());
    }

    [Fact]
    public async Task Account_StartsAnew_PresenceOfAllFriendsIsTold()
    {
        var client = await _host.SignInAsync("ann");
        foreach (var friend in new[] { "zoe", "yan" })
        {
            _host.World["ben"].Contacts[friend] = new Contact { Account = friend, DisplayName = friend, State = ContactState.Friend };
        }

        _host.World["ben"].Contacts["xim"] = new Contact { Account = "xim", DisplayName = "xim", State = ContactState.Pending };
        _host.World["ben"].Presence["ben"] = new PresenceInfo { Status = "busy", Note = "deep" };
        _host.World["ben"].Presence["zoe"] = new PresenceInfo { Status = "away" };
        var gate = _host.World["ben"].Close("OpenSession");
        _host.World["ben"].Forget();
        await client.SendAsync("""{"id":2,"op":"history","as":"ben"}""");
        await gate.Reached;

        gate.Open();
        await client.AnswerAsync("2");

        Assert.Equal(
            ["""{"contact":"ben","status":"busy","note":"deep"}""", """{"contact":"zoe","status":"away"}""", """{"contact":"yan","status":"offline"}"""],
            client.Frames.Where(f => f.TryGetProperty("ev", out var ev) && ev.GetString() == "presence").Select(f => f.GetProperty("data").GetRawText()));
    }
}
