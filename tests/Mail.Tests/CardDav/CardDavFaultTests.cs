using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrleansIM.Mail.Tests.Network;
using OrleansIM.Mail.Tests.Scripted;
using OrleansIM.TestSupport;

namespace OrleansIM.Mail.Tests.CardDav;

/// <summary>Servers that are broken, or wicked.</summary>
public sealed class CardDavFaultTests
{
    private const string Bomb = """
        <?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>
        <multistatus xmlns="DAV:"><response><href>&c;</href></response></multistatus>
        """;

    private const string External = """
        <?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname">]>
        <multistatus xmlns="DAV:"><response><href>&f;</href></response></multistatus>
        """;

    public static TheoryData<string, MailFault> Bodies => new()
    {
        { Bomb, MailFault.Garbage },
        { External, MailFault.Garbage },
        { "", MailFault.Garbage },
        { "no xml at all", MailFault.Garbage },
        { "<html><body>Welcome</body></html>", MailFault.Garbage },
        { "<multistatus xmlns=\"DAV:\"><response><href>/</href>", MailFault.Garbage },
        { $"<multistatus xmlns=\"DAV:\"><response><href>/</href>{string.Concat(Enumerable.Repeat("<x>", 100_000))}", MailFault.Garbage },
        { $"<multistatus xmlns=\"DAV:\"><response><href>/</href>{string.Concat(Enumerable.Repeat("<x/>", 100_000))}</response></multistatus>", MailFault.Garbage },
        { MiniDav.Multistatus(string.Concat(Enumerable.Repeat("<D:response>", 500)) + string.Concat(Enumerable.Repeat("</D:response>", 500))), MailFault.Garbage },
        { "<multistatus xmlns=\"DAV:\"></multistatus>", MailFault.Refused },
        { "<multistatus xmlns=\"DAV:\"><response><href>/</href></response></multistatus>", MailFault.Refused },
        { MiniDav.Multistatus(MiniDav.Response("/", "<D:current-user-principal><D:href>https://evil.example.org/me</D:href></D:current-user-principal>")), MailFault.HostNotAllowed },
        { MiniDav.Multistatus(MiniDav.Response("/", "<C:addressbook-home-set><D:href>http://10.0.0.1/books</D:href></C:addressbook-home-set>")), MailFault.HostNotAllowed },
        { MiniDav.Multistatus(MiniDav.Response("/", "<C:addressbook-home-set><D:href>file:///etc/</D:href></C:addressbook-home-set>")), MailFault.Garbage },
        { MiniDav.Multistatus(MiniDav.Response("/", "<C:addressbook-home-set><D:href>http://[/</D:href></C:addressbook-home-set>")), MailFault.Garbage },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Sync_AnswerIsNotWhatItShouldBe_FailsAsWhatItIs(string body, MailFault fault)
    {
        await using var web = await ScriptedWeb.StartAsync(context => Answer(context, 207, body));

        Assert.Equal(fault, (await FailAsync(web)).Fault);
    }

    [Theory]
    [InlineData(200, MailFault.Garbage)]
    [InlineData(401, MailFault.AuthenticationFailed)]
    [InlineData(403, MailFault.Refused)]
    [InlineData(404, MailFault.Refused)]
    [InlineData(500, MailFault.Unreachable)]
    [InlineData(503, MailFault.Unreachable)]
    public async Task Sync_ServerSaysAnotherStatus_FailsAsWhatItIs(int status, MailFault fault)
    {
        await using var web = await ScriptedWeb.StartAsync(context => Answer(context, status, "<html>Hello</html>"));

        Assert.Equal(fault, (await FailAsync(web)).Fault);
    }

    [Fact]
    public async Task Sync_RedirectToAPrivateHost_IsRefused()
    {
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            context.Response.Redirect("http://10.0.0.1/admin");
            return Task.CompletedTask;
        });

        Assert.Equal(MailFault.HostNotAllowed, (await FailAsync(web)).Fault);
    }

    [Fact]
    public async Task Sync_RedirectInACircle_IsGarbage()
    {
        await using var web = await ScriptedWeb.StartAsync(context =>
        {
            context.Response.Redirect("/again" + context.Request.Path);
            return Task.CompletedTask;
        });

        Assert.Equal(MailFault.Garbage, (await FailAsync(web)).Fault);
    }

    [Fact]
    public async Task Sync_ServerNeverAnswers_IsUnreachableInTime()
    {
        await using var web = await ScriptedWeb.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        var failure = await FailAsync(web, options => options.AnswerTimeout = TimeSpan.FromMilliseconds(200));

        Assert.Equal(MailFault.Unreachable, failure.Fault);
    }

    [Fact]
    public async Task Sync_AnswerWithoutEnd_CostsNoMoreThanTheLimit()
    {
        var sent = 0L;
        var chunk = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<response><href>/x</href></response>", 1_000)));
        await using var server = ScriptedServer.Start(async peer =>
        {
            await peer.SendAsync("HTTP/1.1 207 Multi-Status\r\nContent-Type: text/xml\r\nConnection: close\r\n\r\n<multistatus xmlns=\"DAV:\">");
            while (!peer.Stopping.IsCancellationRequested)
            {
                await peer.SendAsync(chunk);
                Interlocked.Add(ref sent, chunk.Length);
            }
        });
        await using var services = MailServices.Create(options => options.MaxAnswerBytes = 1024 * 1024);
        var url = $"http://127.0.0.1:{server.Port}/";
        var books = new CardDavState { Start = url, Places = [new CardDavPlace(url + "books/", IsBook: false)] };

        var failure = await FailAsync(url, services, books);

        Assert.Equal(MailFault.Garbage, failure.Fault);
        await Eventually.TrueAsync(() => server.Open == 0, "the connection to be closed");
        Assert.InRange(Interlocked.Read(ref sent), 512 * 1024, 64 * 1024 * 1024);
    }

    [Fact]
    public async Task Sync_ConnectionBreaksInTheMiddle_IsUnreachable()
    {
        await using var web = await ScriptedWeb.StartAsync(async context =>
        {
            context.Response.ContentLength = 10_000;
            await Answer(context, 207, "<multistatus xmlns=\"DAV:\"><response>");
            context.Abort();
        });

        Assert.Equal(MailFault.Unreachable, (await FailAsync(web)).Fault);
    }

    [Theory]
    [InlineData("http://user:secret@dav.example.com/", MailFault.HostNotAllowed)]
    [InlineData("ftp://dav.example.com/", MailFault.HostNotAllowed)]
    [InlineData("https://dav.example.com:25/", MailFault.HostNotAllowed)]
    [InlineData("https://169.254.169.254/latest/", MailFault.HostNotAllowed)]
    [InlineData("http://93.184.216.34/", MailFault.NotSecure)]
    public async Task Sync_AddressThatMayNotBeAsked_IsRefused(string address, MailFault fault)
    {
        await using var services = MailServices.Create();

        var failure = await Assert.ThrowsAsync<MailException>(() => services.GetRequiredService<CardDavClient>().SyncAsync(
            new CardDavAccess(new Uri(address), new MailPassword("ann", "secret")), null, CancellationToken.None));

        Assert.Equal(fault, failure.Fault);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Access_Printed_HoldsNoSecret()
        => Assert.DoesNotContain(
            "secret", new CardDavAccess(new Uri("https://dav.example.com/secret-path"), new MailPassword("ann", "secret")).ToString(), StringComparison.Ordinal);

    private static Task Answer(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    }

    private static async Task<MailException> FailAsync(ScriptedWeb web, Action<MailOptions>? set = null)
    {
        await using var services = MailServices.Create(set);
        return await FailAsync(web.Url, services, null);
    }

    private static Task<MailException> FailAsync(string url, ServiceProvider services, CardDavState? known)
        => Assert.ThrowsAsync<MailException>(() => services.GetRequiredService<CardDavClient>().SyncAsync(
            new CardDavAccess(new Uri(url), new MailPassword("ann", "secret")), known, CancellationToken.None));
}
