using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L2, L5, L6, L8: what linking gives, and who may do it.</summary>
[Collection(ServerCollection.Name)]
public sealed class LinkJourneys(ServerFixture fixture)
{
    private readonly TestServer _server = fixture.Server;

    [Fact]
    public async Task SignIn_OfMaster_IsOneHelloAndAPageForEachAccountThenReady()
    {
        var names = new[] { await _server.RegisterAsync("game"), await _server.RegisterAsync("family"), await _server.RegisterAsync("desk") };
        using var first = await _server.JoinAsync("work");
        await first.LinkAsync("secondary", names);

        using var again = await _server.SignInAsync(first.Account);

        var all = names.Append(first.Account).Order().ToArray();
        Assert.Equal(all, again.Welcome.Each("accounts", "account").Order());
        Assert.Equal("account", again.Welcome.List("accounts").Single(one => one.Text("account") == first.Account).Text("via"));
        Assert.True(again.Welcome.Number("heartbeatMs") > 0);
        var pages = again.Frames.TakeWhile(frame => !frame.Is("ready")).Where(frame => frame.Is("page")).Select(frame => frame.Account!);
        Assert.Equal(all, pages.Order());
        Assert.Null(again.Frames.Single(frame => frame.Is("ready")).Account);
        Assert.Single(again.Frames, frame => frame.Json.Has("re"));
    }

    [Fact]
    public async Task Batch_OfGoodAndBad_LinksTheGoodAndNamesEachReason()
    {
        var (good, wrong, disabled, linked) = (await _server.RegisterAsync(), await _server.RegisterAsync(), await _server.RegisterAsync(), await _server.RegisterAsync());
        using var other = await _server.JoinAsync();
        await other.LinkAsync("secondary", linked);
        await _server.DisableAsync(disabled);
        using var client = await _server.JoinAsync();

        var answer = await client.OkAsync("link.add", new
        {
            accounts = new[]
            {
                new { account = wrong, password = "not this one" },
                new { account = good, password = TestServer.Password },
                new { account = "nobody-at-all", password = TestServer.Password },
                new { account = disabled, password = TestServer.Password },
                new { account = linked, password = TestServer.Password },
                new { account = client.Account, password = TestServer.Password },
            },
        });

        Assert.Equal([good], answer.Each("linked", "account"));
        var reasons = answer.List("rejected").ToDictionary(one => one.Text("account"), one => one.Text("reason"));
        Assert.Equal(
            new Dictionary<string, string>
            {
                [wrong] = "bad_credentials",
                ["nobody-at-all"] = "unknown_account",
                [disabled] = "disabled",
                [linked] = "already_linked",
                [client.Account] = "self",
            },
            reasons);
        await client.AnyAsync(e => e.Is("page", good), "the page of the linked account");
        var members = (await client.OkAsync("link.list")).List("members").ToDictionary(one => one.Text("account"), one => one.Text("role"));
        Assert.Equal(new Dictionary<string, string> { [client.Account] = "master", [good] = "secondary" }, members);
    }

    [Fact]
    public async Task Batch_WithoutOneGoodAccount_LinksNothing()
    {
        using var client = await _server.JoinAsync();

        var answer = await client.OkAsync("link.add", new { accounts = new[] { new { account = "nobody-here", password = TestServer.Password } } });

        Assert.Empty(answer.List("linked"));
        Assert.Empty((await client.OkAsync("link.list")).List("members"));
    }

    [Fact]
    public async Task Roles_AtSignIn_MastersSeeAllAndSecondariesThemselves()
    {
        var (second, secondary) = (await _server.RegisterAsync("master"), await _server.RegisterAsync("secondary"));
        using var first = await _server.JoinAsync("first");
        await first.LinkAsync("master", second);
        await first.LinkAsync("secondary", secondary);

        using var asMaster = await _server.SignInAsync(second);
        using var asSecondary = await _server.SignInAsync(secondary);

        Assert.Equal(new[] { first.Account, second, secondary }.Order(), asMaster.Welcome.Each("accounts", "account").Order());
        Assert.Equal("master", asMaster.Page(second).Text("role"));
        Assert.Equal("secondary", asMaster.Page(secondary).Text("role"));
        Assert.Equal([secondary], asSecondary.Welcome.Each("accounts", "account"));
        Assert.Equal([secondary], asSecondary.Frames.Where(frame => frame.Is("page")).Select(frame => frame.Account));
        Assert.Equal([secondary], (await asSecondary.OkAsync("link.list")).Each("members", "account"));
    }

    [Fact]
    public async Task Group_OfSecondary_CannotBeEditedButLeft()
    {
        var (outsider, other, secondary) = (await _server.RegisterAsync(), await _server.RegisterAsync(), await _server.RegisterAsync());
        using var master = await _server.JoinAsync();
        await master.LinkAsync("secondary", other, secondary);
        using var client = await _server.SignInAsync(secondary);

        Assert.Equal("forbidden", await client.RefusalAsync("link.add", new { accounts = new[] { new { account = outsider, password = TestServer.Password } } }));
        Assert.Equal("forbidden", await client.RefusalAsync("link.remove", new { account = other }));
        Assert.Equal("forbidden", await client.RefusalAsync("link.remove", new { account = master.Account }));
        Assert.Equal("forbidden", await client.RefusalAsync("link.role", new { account = secondary, role = "master" }));
        await client.OkAsync("link.remove", new { account = secondary });

        var gone = await master.AnyAsync(e => e.Is("pageGone", secondary), "pageGone of the one who left");
        Assert.Equal("unlinked", gone.Data.Text("reason"));
        Assert.Equal(new[] { master.Account, other }.Order(), (await master.OkAsync("link.list")).Each("members", "account").Order());
    }

    [Fact]
    public async Task Group_WithOneMaster_KeepsIt()
    {
        var (one, two) = (await _server.RegisterAsync(), await _server.RegisterAsync());
        using var master = await _server.JoinAsync();
        await master.LinkAsync("secondary", one, two);

        Assert.Equal("last_master", await master.RefusalAsync("link.role", new { account = master.Account, role = "secondary" }));
        Assert.Equal("last_master", await master.RefusalAsync("link.remove", new { account = master.Account }));
        Assert.Equal("unknown_account", await master.RefusalAsync("link.remove", new { account = "nobody-here" }));

        await master.OkAsync("link.role", new { account = one, role = "master" });
        await master.OkAsync("link.role", new { account = master.Account, role = "secondary" });
        using var other = await _server.SignInAsync(one);
        Assert.Equal(3, other.Welcome.List("accounts").Length);
    }
}
