using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Audit;
using OrleansIM.Gateway.CardDav;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.CardDav;

public sealed class BookSignInTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private GatewayHost _host = null!;
    private FakeBook _book = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync(options => options.FailedSignInsPerMinute = 5, _time);
        _book = _host.World.Add("ann").Book;
        _book.Add("bob");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer abc")]
    [InlineData("Basic")]
    [InlineData("Basic %%%")]
    [InlineData("Basic YW5u")]
    [InlineData("Basic OnBhc3N3b3JkLTE=")]
    [InlineData("Basic /////w==")]
    public async Task Request_WithoutCredentials_IsAskedForThemAndCountsAsNoFailure(string? header)
    {
        for (var i = 0; i < 10; i++)
        {
            var answer = await new DavClient(_host, password: null).SendAsync("PROPFIND", "/carddav/", null, "0", header is null ? [] : [("Authorization", header)]);

            Assert.Equal(HttpStatusCode.Unauthorized, answer.Status);
            Assert.Equal("Basic realm=\"OrleansIM\", charset=\"UTF-8\"", answer.Response.Headers.WwwAuthenticate.ToString());
        }

        Assert.Empty(_host.World.Calls);
    }

    [Fact]
    public async Task Requests_WithTheSamePassword_CostOneSignIn()
    {
        var ann = new DavClient(_host);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await ann.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        }

        Assert.Equal(1, SignIns);
    }

    [Fact]
    public async Task Requests_AtOnce_CostOneSignIn()
    {
        var pause = new TaskCompletionSource();
        _book.Pause = pause.Task;
        var requests = Enumerable.Range(0, 8).Select(_ => new DavClient(_host).SendAsync("GET", DavClient.Book + "bob.vcf")).ToArray();
        while (SignIns == 0)
        {
            await Task.Yield();
        }

        pause.SetResult();
        Assert.All(await Task.WhenAll(requests), answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(1, SignIns);
    }

    [Fact]
    public async Task Grant_ThatTheAccountHasTakenBack_IsOverAtOnce()
    {
        _book.AppPasswords.Add(("app", "phone"));
        var phone = new DavClient(_host, password: "app");
        Assert.Equal(HttpStatusCode.OK, (await phone.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);

        _book.AppPasswords.Clear();
        _book.Grants.Clear();

        Assert.Equal(HttpStatusCode.Unauthorized, (await phone.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
    }

    [Fact]
    public async Task Grant_ThatANewActivationDoesNotKnow_IsGivenAgain()
    {
        var ann = new DavClient(_host);
        await ann.SendAsync("GET", DavClient.Book + "bob.vcf");
        _book.Grants.Clear();

        Assert.Equal(HttpStatusCode.OK, (await ann.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        Assert.Equal(HttpStatusCode.OK, (await ann.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        Assert.Equal(2, SignIns);
    }

    [Fact]
    public async Task Grant_AfterItsLifetime_IsAskedForAnew()
    {
        var ann = new DavClient(_host);
        await ann.SendAsync("GET", DavClient.Book + "bob.vcf");
        _time.Advance(TimeSpan.FromMinutes(5));
        await ann.SendAsync("GET", DavClient.Book + "bob.vcf");

        Assert.Equal(2, SignIns);
    }

    [Fact]
    public async Task WrongPassword_IsNotRemembered_AndSlowsTheSourceDown()
    {
        var wrong = new DavClient(_host, password: "wrong");
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        }

        var slowed = await wrong.SendAsync("GET", DavClient.Book + "bob.vcf");

        Assert.Equal(HttpStatusCode.TooManyRequests, slowed.Status);
        Assert.True(slowed.Response.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        Assert.Equal(5, SignIns);
    }

    [Theory]
    [InlineData("not an id", "password-1")]
    [InlineData("ann", "")]
    [InlineData("a@@b", "password-1")]
    public async Task Credentials_ThatCannotBeRight_AskNobody(string login, string password)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await new DavClient(_host, login, password).SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        Assert.Empty(_host.World.Calls);
    }

    [Fact]
    public async Task Name_InOtherCase_IsTheSameAccount() =>
        Assert.Equal(HttpStatusCode.OK, (await new DavClient(_host, "ANN").SendAsync("GET", DavClient.Book + "bob.vcf")).Status);

    [Fact]
    public async Task Account_ThatSlowsDown_IsPassedOn()
    {
        _host.World["ann"].Refuses = _ => new Refusal(ErrorCodes.SlowDown, "Wait.", TimeSpan.FromSeconds(7));

        var answer = await new DavClient(_host).SendAsync("GET", DavClient.Book + "bob.vcf");

        Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (answer.Status, answer.Response.Headers.RetryAfter!.Delta));
    }

    [Fact]
    public async Task Account_ThatCannotBeReached_Is503AndNotRemembered()
    {
        _host.World["ann"].Throws = method => method == "SignInToBook" ? new TimeoutException() : null;
        var ann = new DavClient(_host);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ann.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);

        _host.World["ann"].Throws = null;
        Assert.Equal(HttpStatusCode.OK, (await ann.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
    }

    [Fact]
    public async Task Credentials_MoreThanAreRemembered_PushTheOldestOut()
    {
        var services = _host.Services;
        var few = new BookSignIns(_host.World, services.GetRequiredService<SourceLimits>(), services.GetRequiredService<SignInMetrics>(),
            services.GetRequiredService<SecurityAudit>(), new GatewayOptions { RememberedSignIns = 2 }, _time);
        foreach (var name in (string[])["bob", "cat", "dan"])
        {
            _host.World.Add(name);
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(name, (await few.VisitAsync(Request(name))).Get().Account);
        }

        await few.VisitAsync(Request("dan"));
        await few.VisitAsync(Request("bob"));

        Assert.Equal(["bob", "cat", "dan", "bob"], _host.World.Calls.Select(call => call.Split('.')[0]));
    }

    [Fact]
    public async Task Mailbox_WithItsPassword_OpensTheBookOfItsAccount()
    {
        (_host.World.Mailbox("ann@example.test").Account, _host.World.Mailbox("ann@example.test").Password) = ("ann", "of the mailbox");
        var mailbox = new DavClient(_host, "Ann@Example.test", "of the mailbox");

        Assert.Equal(HttpStatusCode.OK, (await mailbox.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        Assert.Equal(HttpStatusCode.OK, (await mailbox.SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
        Assert.Equal(["ann@example.test.SignIn", "ann.SignInToBookByToken mailbox 1", "ann.ReadBook", "ann.ReadBook"], _host.World.Calls);

        Assert.Equal(HttpStatusCode.Unauthorized, (await new DavClient(_host, "ann@example.test").SendAsync("GET", DavClient.Book + "bob.vcf")).Status);
    }

    [Fact]
    public async Task Mailbox_WhoseServerSaysNothing_IsUnavailable()
    {
        _host.World.Mailbox("ann@example.test").IsSilent = true;
        var waiting = new DavClient(_host, "ann@example.test", "x").SendAsync("GET", DavClient.Book + "bob.vcf");
        while (!waiting.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await waiting).Status);
    }

    private int SignIns => _host.World.Calls.Count(call => call == "ann.SignInToBook");

    private static Microsoft.AspNetCore.Http.DefaultHttpContext Request(string account)
    {
        var http = new Microsoft.AspNetCore.Http.DefaultHttpContext();
        http.Request.Headers.Authorization = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(account + ":password-1"));
        return http;
    }
}
