using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L13, P2: sign-in, and every way out.</summary>
[Collection(ServerCollection.Name)]
public sealed class SignInJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task SignIn_WrongUnknownOrDisabled_FailsTheSameWay()
    {
        var (account, disabled) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        await _server.DisableAsync(disabled);

        var answers = new[]
        {
            await LogInAsync(account, "not this one"),
            await LogInAsync(TestServer.NewName("nobody"), TestServer.Password),
            await LogInAsync(disabled, TestServer.Password),
            await LogInAsync(disabled, "not this one"),
            await LogInAsync("no such id!", TestServer.Password),
            await LogInAsync("somebody@example.org", TestServer.Password),
        };

        Assert.All(answers, answer => Assert.Equal((401, "bad_credentials"), (answer.Status, answer.Code)));
        Assert.Single(answers.Select(answer => answer.Body).Distinct());
    }

    [Fact]
    public async Task SignIn_FailingAgainAndAgain_SlowsDownWithoutTellingWhich()
    {
        var (account, disabled, nobody) = (await _server.RegisterAsync(), await _server.RegisterAsync(), TestServer.NewName("nobody"));
        await _server.DisableAsync(disabled);

        var runs = new List<string>();
        foreach (var login in new[] { account, nobody, disabled })
        {
            var codes = new List<string>();
            for (var i = 0; i < 7 && !codes.Contains("slow_down"); i++)
            {
                var answer = await LogInAsync(login, "not this one");
                codes.Add(answer.Code);
                if (answer.Code == "slow_down")
                {
                    Assert.Equal(429, answer.Status);
                    Assert.True(answer.RetryAfter > TimeSpan.Zero, "Retry-After is missing");
                }
            }

            runs.Add(string.Join(' ', codes));
        }

        Assert.EndsWith("slow_down", runs[0], StringComparison.Ordinal);
        Assert.Single(runs.Distinct());
        await using var late = _server.Sdk();
        var slow = await Assert.ThrowsAsync<ImException>(() => late.SignInAsync(account, TestServer.Password));
        Assert.Equal("slow_down", slow.Code);
        Assert.True(slow.RetryAfter > TimeSpan.Zero);
    }

    [Fact]
    public async Task Register_TakenOrImpossible_IsRefused()
    {
        var account = await _server.RegisterAsync();

        Assert.Equal("account_taken", (await RegisterAsync(account.ToUpperInvariant(), TestServer.Password)).Code);
        Assert.Equal(409, (await RegisterAsync(account, TestServer.Password)).Status);
        foreach (var wrong in new[] { "x", "-dash", "with space", "ümlaut", new string('a', 33), "" })
        {
            var answer = await RegisterAsync(wrong, TestServer.Password);
            Assert.Equal((422, "invalid_argument"), (answer.Status, answer.Code));
        }

        foreach (var password in new[] { "", new string('p', 257) })
        {
            var answer = await RegisterAsync(TestServer.NewName("password"), password);
            Assert.Equal((422, "invalid_argument"), (answer.Status, answer.Code));
        }
    }

    [Fact]
    public async Task SignIn_InUpperCase_IsTheSameAccount()
    {
        var account = await _server.RegisterAsync();

        var answer = (await LogInAsync(account.ToUpperInvariant(), TestServer.Password)).Expect(200);

        Assert.Equal((account, "account"), (answer.Text("account"), answer.Text("via")));
        Assert.True(answer.GetProperty("expiresAt").GetDateTimeOffset() > DateTimeOffset.UtcNow);
    }

    [Fact]
    public async Task Logout_OfOneDevice_EndsItsSessionsAndItsToken()
    {
        using var phone = await _server.JoinAsync();
        using var sameToken = await _server.ConnectAsync(phone.Account, phone.Token);
        using var desk = await _server.SignInAsync(phone.Account);

        (await Api.PostAsync(_server.Address, "v1/logout", new { }, phone.Token)).Expect(204);

        await phone.ByeAsync(4004);
        await sameToken.ByeAsync(4004);
        Assert.Equal("unauthenticated", (await Api.PostAsync(_server.Address, "v1/logout", new { }, phone.Token)).Code);
        await RefusedAsync(phone.Token);
        await desk.SettleAsync();
        using var again = await _server.ConnectAsync(desk.Account, desk.Token);
    }

    [Fact]
    public async Task Logout_Everywhere_EndsAllSessionsAndTokensOfTheAccount()
    {
        using var phone = await _server.JoinAsync();
        using var desk = await _server.SignInAsync(phone.Account);
        var unused = await _server.LogInAsync(phone.Account);

        (await Api.PostAsync(_server.Address, "v1/logout", new { everywhere = true }, phone.Token)).Expect(204);

        await phone.ByeAsync(4004);
        await desk.ByeAsync(4004);
        await RefusedAsync(desk.Token);
        await RefusedAsync(unused);
        using var next = await _server.SignInAsync(phone.Account);
    }

    [Fact]
    public async Task Password_Changed_EndsTheOtherSessionsAndTheOldPassword()
    {
        using var phone = await _server.JoinAsync();
        using var desk = await _server.SignInAsync(phone.Account);
        const string Next = "a different password";
        Assert.Equal("bad_credentials", (await ChangeAsync("not this one", Next)).Code);

        (await ChangeAsync(TestServer.Password, Next)).Expect(204);

        await desk.ByeAsync(4004);
        await RefusedAsync(desk.Token);
        await phone.SettleAsync();
        Assert.Equal("bad_credentials", (await LogInAsync(phone.Account, TestServer.Password)).Code);
        using var again = await _server.ConnectAsync(phone.Account, phone.Token);
        using var next = await _server.SignInAsync(phone.Account, Next);

        Task<ApiAnswer> ChangeAsync(string old, string @new) => Api.PostAsync(_server.Address, "v1/password", new { old, @new }, phone.Token);
    }

    [Fact]
    public async Task Session_EndedFromAnotherDevice_IsSignedOut()
    {
        var account = await _server.RegisterAsync();
        await using var phone = await _server.SdkAsync(account, device: "phone");
        await using var desk = await _server.SdkAsync(account, device: "desk");
        var over = new TaskCompletionSource<SignedOut>();
        using var watch = phone.On<SignedOut>(over.SetResult);
        var token = phone.Token!;

        var sessions = await desk.ListSessionsAsync(account);
        Assert.Equal(["desk", "phone"], sessions.Select(session => session.Device).Order());
        Assert.Equal("desk", sessions.Single(session => session.Current).Device);
        await desk.EndSessionAsync(sessions.Single(session => session.Device == "phone").Session);

        Assert.Equal(4004, (await over.Task.WaitAsync(RawClient.Patience)).CloseCode);
        await RefusedAsync(token);
        Assert.Equal(["desk"], (await desk.ListSessionsAsync(account)).Select(session => session.Device));
    }

    [Fact]
    public async Task Session_OfALinkedMasterThatSignsOut_LeavesTheMemberAlone()
    {
        using var member = await _server.JoinAsync("member");
        using var master = await _server.JoinAsync("master");
        await master.LinkAsync("secondary", member.Account);
        await master.AnyAsync(e => e.Is("page", member.Account), "the page of the member");

        (await Api.PostAsync(_server.Address, "v1/logout", new { everywhere = true }, master.Token)).Expect(204);

        await master.ByeAsync(4004);
        await member.SettleAsync();
        Assert.Single((await member.OkAsync("sessions.list", new { @as = member.Account })).List("sessions"));
    }

    private Task<ApiAnswer> LogInAsync(string login, string password) => Api.PostAsync(_server.Address, "v1/login", new { login, password });

    private Task<ApiAnswer> RegisterAsync(string account, string password) => Api.PostAsync(_server.Address, "v1/accounts", new { account, password });

    private async Task RefusedAsync(string token)
    {
        using var client = await RawClient.OpenAsync(_server.Address);
        Assert.Equal("unauthenticated", await client.RefusalAsync("hello", new { token }));
        await client.ByeAsync(4001);
    }
}
