using Microsoft.AspNetCore.Http;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class SignInTests
{
    [Fact]
    public async Task SignIn_TwoAccounts_ReturnsWhenEveryPageIsThere()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client(with: options => options with { Device = "desk" });
        await using var events = new EventTape(client);
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.ConnectionAsync();
        var hello = await stream.ReadAsync("hello");
        Assert.Equal("t1", hello.GetProperty("token").GetString());
        Assert.False(hello.TryGetProperty("resume", out _));
        await stream.HelloOkAsync(hello);
        await stream.SendAsync(ScriptedStream.Page("ann", 7));
        Assert.Equal("ann", (await events.NextAsync<PageOpened>()).Account);
        Assert.False(signIn.IsCompleted);
        await stream.SendAsync(ScriptedStream.Page("ann.work", 9));
        await stream.SendAsync("""{"ev":"ready","data":{}}""");
        await signIn.Time("the sign-in");
        Assert.False((await events.NextAsync<PageOpened>()).Reloaded);
        await events.NextAsync<Ready>();
        Assert.Equal(("t1", "ann", "s1"), (client.Token, client.Account, client.SessionId));
        Assert.Equal(["ann", "ann.work"], client.Pages.Keys.Order());
        Assert.Equal(9, client.Pages["Ann.Work"].Cursor);
        Assert.Equal("account", client.Pages["ann"].Via);
        Assert.Contains("\"device\":\"desk\"", server.Calls.Single(), StringComparison.Ordinal);
        stream.Abort();
    }

    [Theory]
    [InlineData(400, """{"error":{"code":"slow_down","message":"m","retryAfterMs":9007199254740993}}""", "slow_down")]
    [InlineData(400, """{"error":{"code":"\ud800","message":"m"}}""", "internal")]
    [InlineData(400, """{"error":{"\ud800":1}}""", "internal")]
    [InlineData(200, "", "internal")]
    [InlineData(200, """{"token":"\ud800","account":"ann"}""", "internal")]
    [InlineData(200, "[]", "internal")]
    public async Task SignIn_AnswerThatCannotBeRead_IsARefusal(int status, string body, string code)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        await using var client = server.Client();

        var refused = await Assert.ThrowsAsync<ImException>(() => client.SignInAsync("ann", "secret").Time("the sign-in"));

        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task SignIn_WithAMailbox_IsTheAccountItIsBoundTo()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) => context.Response.WriteAsync("""{"token":"t1","account":"ann","via":"mailbox","expiresAt":"2026-01-02T03:04:05.678Z"}""");
        await using var client = server.Client();
        var signIn = client.SignInAsync("Ann@Example.test", "mail-secret");
        var stream = await server.ConnectionAsync();
        await stream.OkAsync(await stream.ReadAsync("hello"), """{"session":"s1","accounts":[{"account":"ann","role":"master","via":"mailbox"}],"heartbeatMs":10000}""");
        await stream.SendAsync(ScriptedStream.Page("ann"));
        await stream.SendAsync("""{"ev":"ready","data":{}}""");
        await signIn.Time("the sign-in");

        Assert.Equal(("ann", "mailbox"), (client.Account, client.Pages["ann"].Via));
        Assert.Contains("\"login\":\"Ann@Example.test\"", server.Calls.Single(), StringComparison.Ordinal);
        stream.Abort();
    }

    [Fact]
    public async Task SignIn_WithAToken_PostsNothingElseAndConnectsAgainAsThatAccount()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) => context.Response.WriteAsync("""{"token":"t1","account":"game.1","via":"jwt","expiresAt":"2026-01-02T03:04:05.678Z"}""");
        await using var client = server.Client();
        await AnswerAsync(client.SignInWithJwtAsync("a.b.c"));
        Assert.Equal(("game.1", "jwt", "t1"), (client.Account, client.Pages["game.1"].Via, client.Token));
        Assert.Contains("\"jwt\":\"a.b.c\"", server.Calls.Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("password", server.Calls.Single(), StringComparison.Ordinal);

        await using var again = server.Client();
        await AnswerAsync(again.ConnectAsync(new Session("game.1", "t1")));
        Assert.Equal("game.1", again.Account);

        async Task AnswerAsync(Task connecting)
        {
            var stream = await server.ConnectionAsync();
            await stream.OkAsync(
                await stream.ReadAsync("hello"),
                """{"session":"s1","accounts":[{"account":"linked","role":"secondary","via":"link"},{"account":"game.1","role":"master","via":"jwt"}],"heartbeatMs":10000}""");
            await stream.SendAsync(ScriptedStream.Page("game.1"));
            await stream.SendAsync("""{"ev":"ready","data":{}}""");
            await connecting.Time("the sign-in");
        }
    }

    [Fact]
    public async Task Register_NewAccount_PostsWhatWasGiven()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = 201;
            return context.Response.WriteAsync("""{"account":"ann"}""");
        };
        await using var client = server.Client();
        Assert.Equal("ann", await client.RegisterAsync("Ann", "secret", displayName: "Änne").Time("the answer"));
        Assert.Equal("""/v1/accounts  {"account":"Ann","password":"secret","displayName":"Änne"}""", server.Calls.Single());
    }

    [Theory]
    [InlineData(401, """{"error":{"code":"bad_credentials","message":"no"}}""", ErrorCodes.BadCredentials, false)]
    [InlineData(503, "<html>", ErrorCodes.Unavailable, true)]
    [InlineData(500, "", ErrorCodes.Internal, true)]
    [InlineData(200, "not json", ErrorCodes.Internal, true)]
    public async Task SignIn_HttpRefusal_HasTheCode(int status, string body, string code, bool canRetry)
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        };
        await using var client = server.Client();
        var error = await client.SignInAsync("ann", "wrong").Refused(code, "the refusal");
        Assert.Equal(canRetry, error.CanRetry);
        Assert.Null(client.Token);
    }

    [Fact]
    public async Task SignIn_Redirected_SendsThePasswordNowhereElse()
    {
        await using var elsewhere = await ScriptedServer.StartAsync();
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(elsewhere.Address, "v1/login").ToString();
            return Task.CompletedTask;
        };
        await using var client = server.Client();
        await Assert.ThrowsAsync<ImException>(() => client.SignInAsync("ann", "secret").Time("the refusal"));
        Assert.Empty(elsewhere.Calls);
        Assert.Null(client.Token);
    }

    [Fact]
    public async Task SignIn_TooManyAttempts_SaysWhenAgain()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = 429;
            context.Response.Headers.RetryAfter = "7";
            return context.Response.WriteAsync("""{"error":{"code":"slow_down","message":"later"}}""");
        };
        await using var client = server.Client();
        var error = await client.SignInAsync("ann", "wrong").Refused(ErrorCodes.SlowDown, "the refusal");
        Assert.Equal(TimeSpan.FromSeconds(7), error.RetryAfter);
    }

    [Fact]
    public async Task SignIn_NoServer_IsUnavailable()
    {
        var server = await ScriptedServer.StartAsync();
        await using var client = server.Client();
        await server.DisposeAsync();
        await client.SignInAsync("ann", "secret").Refused(ErrorCodes.Unavailable, "the refusal of the port");
    }

    [Fact]
    public async Task SignIn_HttpNeverAnswers_TimesOut()
    {
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var clock = new FakeClock();
        await using var client = server.Client(clock);
        var signIn = client.SignInAsync("ann", "secret");
        await clock.PassAsync(TimeSpan.FromSeconds(30), "the login");
        var error = await signIn.Refused(ErrorCodes.Unavailable, "the timeout");
        Assert.IsType<TimeoutException>(error.InnerException);
    }

    [Fact]
    public async Task Connect_HelloRefused_ThrowsItsCode()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client();
        var connect = client.ConnectAsync(new Session("ann", "old"));
        var stream = await server.ConnectionAsync();
        await stream.RefuseAsync(await stream.ReadAsync("hello"), """{"code":"unauthenticated","message":"no"}""");
        await connect.Refused(ErrorCodes.Unauthenticated, "the refusal");
        await stream.GoneAsync();
    }

    [Fact]
    public async Task Connect_BadToken_IsNotRetried()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client();
        var connect = client.ConnectAsync(new Session("ann", "old"));
        var stream = await server.ConnectionAsync();
        await stream.ReadAsync("hello");
        await stream.CloseAsync(CloseCodes.BadToken);
        await connect.Refused(ErrorCodes.Unauthenticated, "the refusal");
    }

    [Fact]
    public async Task Connect_ServerDrainsBeforeReady_GoesToTheNext()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client();
        var connect = client.ConnectAsync(new Session("ann", "t1"));
        var first = await server.ConnectionAsync();
        await first.ReadAsync("hello");
        await first.CloseAsync(CloseCodes.GoingAway);
        var second = await server.WelcomeAsync();
        await connect.Time("the second connection to be ready");
        Assert.Equal("ann", client.Account);
        second.Abort();
    }

    [Fact]
    public async Task SignIn_NeverReady_TimesOutAndLeaves()
    {
        await using var server = await ScriptedServer.StartAsync();
        var clock = new FakeClock();
        await using var client = server.Client(clock, options => options with { ConnectTimeout = TimeSpan.FromSeconds(13) });
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.ConnectionAsync();
        await stream.HelloOkAsync(await stream.ReadAsync("hello"));
        await clock.PassAsync(TimeSpan.FromSeconds(13), "ready");
        await signIn.Refused(ErrorCodes.Unavailable, "the timeout");
        await stream.GoneAsync();
        Assert.Equal(("t1", ConnectionStatus.Local), (client.Token, client.Status));
    }

    [Fact]
    public async Task SignIn_Cancelled_StopsAtOnce()
    {
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client();
        using var cancel = new CancellationTokenSource();
        var signIn = client.SignInAsync("ann", "secret", cancel.Token);
        var stream = await server.ConnectionAsync();
        await stream.ReadAsync("hello");
        await cancel.CancelAsync();
        await stream.GoneAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => signIn.Time("the sign-in to stop"));
    }

    [Fact]
    public async Task SignIn_WhileSignedIn_IsAMistakeOfTheCaller()
    {
        await using var session = await SignedIn.StartAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => session.Client.SignInAsync("bob", "secret"));
    }

    [Fact]
    public async Task SignIn_RedirectedElsewhere_DoesNotTakeThePasswordThere()
    {
        await using var elsewhere = await ScriptedServer.StartAsync();
        await using var server = await ScriptedServer.StartAsync();
        server.Http = (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = new Uri(elsewhere.Address, "v1/login").ToString();
            return Task.CompletedTask;
        };
        await using var client = server.Client();

        await client.SignInAsync("ann", "secret").Refused(ErrorCodes.Internal, "the refusal");

        Assert.Empty(elsewhere.Calls);
    }
}
