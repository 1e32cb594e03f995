using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Operations;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>An operator lets people in by invites.</summary>
public sealed class InviteJourneys : IAsyncLifetime
{
    private readonly AdminServer _world = new() { Settings = ["--Accounts:Registration=Invite"] };

    private TestServer Server => _world.Server;

    public Task InitializeAsync() => _world.InitializeAsync();

    public Task DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Invite_OfTheOperator_LetsItsPeopleInAndNobodyElse()
    {
        var invite = (await _world.PostAsync("v1/invites", new { uses = 2, lifetimeSeconds = 3600, note = "for the team" })).Expect(201);
        var code = invite.Text("code");
        Assert.Matches("^[0-9a-z]{4}(-[0-9a-z]{4}){3}$", code);

        var (ann, bob) = (TestServer.NewName("ann"), TestServer.NewName("bob"));
        await using var client = Server.Sdk();
        Assert.Equal(ann, await client.RegisterAsync(ann, TestServer.Password, invite: code));
        await client.SignInAsync(ann, TestServer.Password);
        await Server.RestartAsync();
        await using var other = Server.Sdk();
        Assert.Equal("account_taken", (await Assert.ThrowsAsync<ImException>(() => other.RegisterAsync(ann, TestServer.Password, invite: code))).Code);
        Assert.Equal(bob, await other.RegisterAsync(bob, TestServer.Password, invite: code.ToUpperInvariant().Replace("-", " ", StringComparison.Ordinal)));

        foreach (var bad in new[] { code, "wrong", null })
        {
            Assert.Equal("bad_invite", (await Assert.ThrowsAsync<ImException>(() => other.RegisterAsync(TestServer.NewName("cat"), TestServer.Password, invite: bad))).Code);
        }

        var listed = Assert.Single((await _world.GetAsync("v1/invites")).Expect(200).List("invites"));
        Assert.Equal((2, 2, "for the team"), (listed.Number("uses"), listed.Number("used"), listed.Text("note")));
        Assert.False(listed.TryGetProperty("code", out _));
        Assert.Equal(listed.Text("invite"), (await _world.GetAsync($"v1/accounts/{ann}")).Expect(200).Text("invite"));
        Assert.DoesNotContain(code, _world.ReadAudit(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Invite_Revoked_IsGoneAtOnce()
    {
        var invite = (await _world.PostAsync("v1/invites", new { })).Expect(201);

        Assert.Equal(204, (await _world.DeleteAsync($"v1/invites/{invite.Text("invite")}")).Status);

        var refused = await Api.PostAsync(Server.Address, "v1/accounts", new { account = TestServer.NewName("ann"), password = TestServer.Password, invite = invite.Text("code") });
        Assert.Equal((403, "bad_invite"), (refused.Status, refused.Code));
        Assert.Equal("invalid_argument", (await _world.DeleteAsync($"v1/invites/{invite.Text("invite")}")).Code);
        Assert.Empty((await _world.GetAsync("v1/invites")).Expect(200).List("invites"));
    }

    [Theory]
    [InlineData("uses", 0)]
    [InlineData("uses", 10_001)]
    [InlineData("lifetimeSeconds", 59)]
    [InlineData("lifetimeSeconds", 400 * 24 * 60 * 60)]
    [InlineData("note", 7)]
    public async Task Invite_OutsideItsBounds_IsRefusedByName(string field, int value)
    {
        var refused = await _world.PostAsync("v1/invites", new Dictionary<string, int> { [field] = value });

        Assert.Equal((422, "invalid_argument"), (refused.Status, refused.Code));
        Assert.Contains(field, refused.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_OfCodes_SlowsTheSourceDown()
    {
        var code = (await _world.PostAsync("v1/invites", new { })).Expect(201).Text("code");
        ApiAnswer answer;
        var guesses = 0;
        do
        {
            answer = await Api.PostAsync(Server.Address, "v1/accounts", new { account = TestServer.NewName("guess"), password = TestServer.Password, invite = $"{guesses:0000}-0000-0000-0000" });
        }
        while (++guesses <= 40 && answer.Code == "bad_invite");

        Assert.Equal((429, "slow_down"), (answer.Status, answer.Code));
        Assert.InRange(guesses, 21, 41);
        Assert.NotNull(answer.RetryAfter);
        Assert.Equal("slow_down", (await Api.PostAsync(Server.Address, "v1/accounts", new { account = TestServer.NewName("ann"), password = TestServer.Password, invite = code })).Code);
    }
}
