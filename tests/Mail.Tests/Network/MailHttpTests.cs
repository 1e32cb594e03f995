using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.Network;

/// <summary>HTTP and its TLS, against a real server on loopback.</summary>
public sealed class MailHttpTests
{
    [Fact]
    public async Task Send_CertificateOfATrustedAuthority_IsAnswered()
    {
        using var folder = new TempDirectory();
        using var authority = new TestAuthority();
        using var certificate = authority.Issue("localhost");
        await using var web = await ScriptedWeb.StartAsync(context => context.Response.WriteAsync("hello"), certificate);
        await using var services = MailServices.Create(options => options.TrustedAuthorities = authority.WriteAuthority(folder.Path));

        Assert.Equal("hello", await GetAsync(services, web.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("localhost", false)]
    [InlineData("other.example", true)]
    public async Task Send_CertificateOfAnUnknownAuthorityOrForAnotherName_IsNotSecure(string name, bool isTrusted)
    {
        using var folder = new TempDirectory();
        using var authority = new TestAuthority();
        using var certificate = authority.Issue(name);
        await using var web = await ScriptedWeb.StartAsync(context => context.Response.WriteAsync("hello"), certificate);
        await using var services = MailServices.Create(options => options.TrustedAuthorities = isTrusted ? authority.WriteAuthority(folder.Path) : null);

        await AssertFaultAsync(MailFault.NotSecure, () => GetAsync(services, web.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal)));
        Assert.Empty(web.Requests);
    }

    [Fact]
    public async Task Send_LoopbackWhereItIsNotAllowed_IsRefusedWithoutARequest()
    {
        await using var web = await ScriptedWeb.StartAsync(context => context.Response.WriteAsync("hello"));
        await using var services = MailServices.Create(options => options.AllowPrivateHosts = false);

        await AssertFaultAsync(MailFault.HostNotAllowed, () => GetAsync(services, web.Url));
        Assert.Empty(web.Requests);
    }

    [Fact]
    public async Task Send_Redirect_IsFollowedWithTheMethod()
    {
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            if (context.Request.Path == "/there")
            {
                return context.Response.WriteAsync("found");
            }

            context.Response.Redirect("/there");
            return Task.CompletedTask;
        });
        await using var services = MailServices.Create();

        Assert.Equal("found", await GetAsync(services, web.Url));
        Assert.Equal(["GET /", "GET /there"], web.Requests);
    }

    [Fact]
    public async Task Send_RedirectToAnotherHost_IsRefusedAndGetsNoRequest()
    {
        await using var other = await ScriptedWeb.StartAsync(context => context.Response.WriteAsync("secrets, please"));
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            context.Response.Redirect(other.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
            return Task.CompletedTask;
        });
        await using var services = MailServices.Create();

        await AssertFaultAsync(MailFault.HostNotAllowed, () => GetAsync(services, web.Url));
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Send_RedirectInACircle_IsGarbageSoon()
    {
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            context.Response.Redirect(context.Request.Path);
            return Task.CompletedTask;
        });
        await using var services = MailServices.Create();

        await AssertFaultAsync(MailFault.Garbage, () => GetAsync(services, web.Url));
        Assert.Equal(RedirectRules.Most + 1, web.Requests.Count);
    }

    [Fact]
    public async Task Send_AnswerTooBig_IsGarbage()
    {
        await using var web = await ScriptedWeb.StartAsync(context => context.Response.Body.WriteAsync(new byte[100_000]).AsTask());
        await using var services = MailServices.Create();

        await AssertFaultAsync(MailFault.Garbage, () => GetAsync(services, web.Url));
    }

    [Fact]
    public async Task Send_AnswerThatDripsForever_IsUnreachableInTime()
    {
        await using var web = await ScriptedWeb.StartAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(".");
                await context.Response.Body.FlushAsync();
                await Task.Delay(20, context.RequestAborted);
            }
        });
        await using var services = MailServices.Create(options => options.AnswerTimeout = TimeSpan.FromMilliseconds(300));

        var failure = await AssertFaultAsync(MailFault.Unreachable, () => GetAsync(services, web.Url));
        Assert.Contains("did not answer within 0.3 s", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Send_ServerTalksSomethingElse_IsGarbageOrUnreachable()
    {
        await using var server = Scripted.ScriptedServer.Start(peer => peer.SendLineAsync("* OK this is IMAP"));
        await using var services = MailServices.Create();

        var failure = await Assert.ThrowsAsync<MailException>(() => GetAsync(services, $"http://127.0.0.1:{server.Port}"));
        Assert.True(failure.Fault is MailFault.Garbage or MailFault.Unreachable, failure.Message);
    }

    private static Task<string> GetAsync(ServiceProvider services, string url)
    {
        var request = new MailHttpRequest(HttpMethod.Get, new Uri(url)) { MaxBytes = 10_000 };
        return services.GetRequiredService<MailHttp>().SendAsync(
            request,
            async (answer, cancellation) =>
            {
                using var reader = new StreamReader(answer.Body, Encoding.UTF8);
                return await reader.ReadToEndAsync(cancellation);
            },
            CancellationToken.None);
    }

    private static async Task<MailException> AssertFaultAsync(MailFault fault, Func<Task> run)
    {
        var failure = await Assert.ThrowsAsync<MailException>(run);
        Assert.True(fault == failure.Fault, $"{failure.Fault}: {failure.Message}");
        return failure;
    }
}
