using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests;

public sealed class LifetimeTests
{
    [Fact]
    public async Task Dispose_WhileConnecting_EndsTheSignIn()
    {
        await using var server = await ScriptedServer.StartAsync();
        var client = server.Client();
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.ConnectionAsync();
        await stream.ReadAsync("hello");
        var gone = stream.GoneAsync();
        await client.DisposeAsync().AsTask().Time("the client to be disposed");
        await signIn.Refused(ErrorCodes.Unavailable, "the sign-in to end");
        await gone;
    }

    [Fact]
    public async Task Dispose_WhileReconnecting_DoesNotWaitForThePause()
    {
        var clock = new FakeClock();
        await using var session = await SignedIn.StartAsync(clock: clock);
        session.Stream.Abort();
        await session.Events.NextAsync<Reconnecting>();
        var send = session.Client.SendAsync("ann", "bob", "x");
        await session.Client.DisposeAsync().AsTask().Time("the client to be disposed");
        await send.Refused(ErrorCodes.Unavailable, "the send to fail");
    }

    [Fact]
    public async Task Dispose_SignedIn_ClosesTheSocketAndEndsTheEvents()
    {
        await using var session = await SignedIn.StartAsync();
        var ask = session.Client.HistoryAsync("ann");
        await session.Stream.ReadAsync("history");
        var gone = session.Stream.GoneAsync();
        await session.Client.DisposeAsync().AsTask().Time("the client to be disposed");
        await gone;
        await ask.Refused(ErrorCodes.Unavailable, "the request to fail");
        await session.Events.EndsAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => session.Client.PingAsync());
        await session.Client.DisposeAsync();
    }

    [Fact]
    public async Task SignOut_Everywhere_KillsTheTokenAndSaysGoodbyeOnce()
    {
        await using var session = await SignedIn.StartAsync();
        session.Server.Http = async (context, _) =>
        {
            await session.Stream.SendAsync("""{"ev":"bye","data":{"code":4004,"reconnect":false}}""");
            context.Response.StatusCode = 204;
        };
        var gone = session.Stream.GoneAsync();
        await session.Client.SignOutAsync(everywhere: true).Time("the sign-out");
        await gone;
        Assert.Equal("""/v1/logout Bearer t1 {"everywhere":true}""", session.Server.Calls[^1]);
        var end = await session.Events.NextAsync<SignedOut>();
        Assert.Null(end.Error);
        Assert.Null(session.Client.Token);
        await session.Client.SignOutAsync().Time("a second sign-out");
        await session.Client.DisposeAsync();
        await session.Events.EndsAsync();
    }

    [Fact]
    public async Task SignOut_ServerCannotBeTold_IsDoneHereAndSaysSo()
    {
        await using var session = await SignedIn.StartAsync();
        session.Server.Http = (context, _) =>
        {
            context.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await session.Client.SignOutAsync().Refused(ErrorCodes.Unavailable, "the refusal");
        Assert.Equal((null, 0, ConnectionStatus.SignedOut), (session.Client.Session, session.Client.Pages.Count, session.Client.Status));
        Assert.Null((await session.Events.SkipToAsync<SignedOut>()).Error);
        await session.Client.PingAsync().Refused(ErrorCodes.Unauthenticated, "a ping after the end");
    }

    [Fact]
    public async Task ChangePassword_SignedIn_PostsOldAndNew()
    {
        await using var session = await SignedIn.StartAsync();
        await session.Client.ChangePasswordAsync("old", "new").Time("the change");
        Assert.Equal("""/v1/password Bearer t1 {"old":"old","new":"new"}""", session.Server.Calls[^1]);
    }

    [Fact]
    public void Options_WithMistakes_NameAllOfThem()
    {
        var error = Assert.Throws<ArgumentException>(() => new ImClient(new ImClientOptions
        {
            Server = new Uri("ftp://x"),
            EventBuffer = 0,
            Reconnect = new ReconnectPolicy { Jitter = 2 },
        }));
        Assert.All(["Server", "EventBuffer", "Jitter"], name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }
}
