using System.Text.Json;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Tests.Connections;

public sealed class HelloTests
{
    [Fact]
    public async Task Hello_OfOneAccount_AnswersThenPageThenReady()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann").Append();
        var client = await host.ConnectAsync();

        var ok = await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{host.Token("ann")}}"}""");
        await client.EventAsync("ready");

        Assert.Equal("""[{"account":"ann","role":"master","via":"account"}]""", ok.GetProperty("accounts").GetRawText());
        Assert.Equal(30_000, ok.GetProperty("heartbeatMs").GetInt32());
        Assert.NotEmpty(ok.GetProperty("session").GetString()!);
        Assert.Equal(["re", "page", "ready"], client.Frames.Select(f => f.TryGetProperty("ev", out var ev) ? ev.GetString() : "re"));
        Assert.Equal("orleansim.v1", client.Subprotocol);
    }

    [Fact]
    public async Task Page_OfAnAccount_HasEveryPart()
    {
        await using var host = await GatewayHost.StartAsync();
        var ann = host.World.Add("ann");
        ann.Settings["theme"] = """{"dark":true}""";
        ann.Custom["pet"] = "[1,2]";
        ann.Presence["bob"] = new PresenceInfo { Status = "away", Note = "lunch" };
        ann.Contacts["bob"] = new Contacts.Contact { Account = "bob", DisplayName = "Bob", State = Contacts.ContactState.Friend, Email = "bob@example.test", Settings = "{}", Labels = ["x"] };
        ann.Append(EntryKind.Receipt, """{"peer":"bob"}""");
        var client = await host.ConnectAsync();
        await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{host.Token("ann")}}"}""");

        var page = (await client.EventAsync("page", "ann")).GetProperty("data");

        string[] parts = ["profile", "role", "settings", "custom", "contacts", "groups", "presence", "unread", "receipts", "recent", "mailboxes", "cursor", "resumed"];
        Assert.Equal(parts, page.EnumerateObject().Select(p => p.Name));
        Assert.Equal("""{"theme":{"dark":true}}""", page.GetProperty("settings").GetRawText());
        Assert.Equal("""{"bob":{"status":"away","note":"lunch"}}""", page.GetProperty("presence").GetRawText());
        Assert.Equal("""[{"account":"bob","displayName":"Bob","state":"friend","labels":["x"],"settings":{},"emails":["bob@example.test"]}]""", page.GetProperty("contacts").GetRawText());
        Assert.Equal("""[{"ev":"receipt","account":"ann","seq":1,"data":{"peer":"bob"}}]""", page.GetProperty("recent").GetRawText());
        Assert.Equal((1, false), (page.GetProperty("cursor").GetInt32(), page.GetProperty("resumed").GetBoolean()));
    }

    [Fact]
    public async Task Hello_OfAMaster_OpensEveryLinkedAccount()
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);

        var client = await host.SignInAsync("ann");

        Assert.Equal(1, client.Count("page", "ann"));
        Assert.Equal(1, client.Count("page", "ben"));
        Assert.Equal(1, client.Count("page", "cat"));
        var accounts = (await client.AnswerAsync("0")).GetProperty("ok").GetProperty("accounts").EnumerateArray().ToArray();
        Assert.Equal(["ann master account", "ben secondary link", "cat master link"], accounts.Select(a =>
            $"{a.GetProperty("account").GetString()} {a.GetProperty("role").GetString()} {a.GetProperty("via").GetString()}").Order());
        Assert.Equal("ready", client.Frames[^1].GetProperty("ev").GetString());
    }

    [Fact]
    public async Task Hello_OfASecondary_SeesItselfOnly()
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);

        var client = await host.SignInAsync("ben");

        Assert.Equal(1, client.Count("page"));
        Assert.Equal("secondary", (await client.AnswerAsync("0")).GetProperty("ok").GetProperty("accounts")[0].GetProperty("role").GetString());
    }

    [Fact]
    public async Task Hello_LinkedAccountUnreachable_IsReadyWithoutItAndSendsItsPageLater()
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);
        host.World["ben"].Throws = method => method == "OpenSession" ? new TimeoutException() : null;

        var client = await host.SignInAsync("ann");
        Assert.Equal(0, client.Count("page", "ben"));

        host.World["ben"].Throws = null;
        await client.EventAsync("page", "ben");
        host.World["ben"].Append();
        Assert.Equal(1, (await client.EventAsync("message", "ben")).GetProperty("seq").GetInt64());
    }

    [Fact]
    public async Task Hello_LinkedAccountTooSlow_IsReadyAfterItsTime()
    {
        await using var host = await GatewayHost.StartAsync(o => o.PageTimeout = TimeSpan.FromMilliseconds(50));
        AddGroup(host);
        var gate = host.World["ben"].Close("OpenSession");

        var client = await host.SignInAsync("ann");
        Assert.Equal(0, client.Count("page", "ben"));

        gate.Open();
        await client.EventAsync("page", "ben");
    }

    [Theory]
    [InlineData(ErrorCodes.Forbidden, "unlinked")]
    [InlineData(ErrorCodes.Disabled, "disabled")]
    [InlineData(ErrorCodes.UnknownAccount, "deleted")]
    public async Task Hello_LinkedAccountRefuses_IsGone(string code, string reason)
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);
        host.World["ben"].Refuses = method => method == "OpenSession" ? new Refusal(code, "No.") : null;

        var client = await host.SignInAsync("ann");

        Assert.Equal(reason, (await client.FirstEventAsync("pageGone", "ben")).GetProperty("data").GetProperty("reason").GetString());
        Assert.Equal(ErrorCodes.Forbidden, await client.RefusalAsync("""{"id":1,"op":"history","as":"ben"}"""));
    }

    [Theory]
    [InlineData("made-up")]
    [InlineData("expired")]
    [InlineData("signed out")]
    public async Task Hello_BadToken_IsRefusedWithByeAndClose(string kind)
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var token = kind switch
        {
            "expired" => host.Token("ann", DateTimeOffset.UtcNow.AddSeconds(-1)),
            "signed out" => host.Token("ann"),
            _ => kind,
        };
        host.World["ann"].Generation++;
        var client = await host.ConnectAsync();

        Assert.Equal(ErrorCodes.Unauthenticated, await client.RefusalAsync($$"""{"id":1,"op":"hello","token":"{{token}}"}"""));

        await client.SaidByeAsync(CloseCodes.BadToken);
    }

    [Fact]
    public async Task Hello_OwnAccountUnreachable_CanBeSaidAgain()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann").Throws = method => method == "EnterGroup" ? new TimeoutException() : null;
        var client = await host.ConnectAsync();
        var token = host.Token("ann");

        var error = (await client.AskAsync($$"""{"id":1,"op":"hello","token":"{{token}}"}""")).GetProperty("err");
        Assert.Equal((ErrorCodes.Unavailable, 1000), (error.GetProperty("code").GetString(), error.GetProperty("retryAfterMs").GetInt32()));
        Assert.Equal(0, host.World["ann"].SessionCount);

        host.World["ann"].Throws = null;
        await client.OkAsync($$"""{"id":2,"op":"hello","token":"{{token}}"}""");
        await client.EventAsync("ready");
    }

    [Fact]
    public async Task Hello_Twice_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var client = await host.SignInAsync("ann");

        Assert.Equal(ErrorCodes.InvalidArgument, await client.RefusalAsync($$"""{"id":2,"op":"hello","token":"{{host.Token("ann")}}"}"""));
        await client.OkAsync("""{"id":3,"op":"ping"}""");
    }

    [Theory]
    [InlineData("""{"id":1,"op":"ping"}""")]
    [InlineData("""{"id":1,"op":"send","as":"ann"}""")]
    [InlineData("""{"id":1,"op":"no.such.op"}""")]
    public async Task Request_BeforeHello_IsUnauthenticated(string frame)
    {
        await using var host = await GatewayHost.StartAsync();
        host.World.Add("ann");
        var client = await host.ConnectAsync();

        Assert.Equal(ErrorCodes.Unauthenticated, await client.RefusalAsync(frame));
        await client.OkAsync($$"""{"id":2,"op":"hello","token":"{{host.Token("ann")}}"}""");
    }

    [Fact]
    public async Task Hello_Missing_IsClosedAfterItsTime()
    {
        var time = new ManualTime();
        await using var host = await GatewayHost.StartAsync(time: time);
        host.World.Add("ann");
        var silent = await host.ConnectAsync();
        var greeted = await host.SignInAsync("ann");
        Assert.Equal(ErrorCodes.Unauthenticated, await silent.RefusalAsync("""{"id":1,"op":"ping"}"""));

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.Equal(ErrorCodes.Unauthenticated, await silent.RefusalAsync("""{"id":2,"op":"ping"}"""));
        time.Advance(TimeSpan.FromSeconds(0.1));

        await silent.SaidByeAsync(CloseCodes.ProtocolError);
        await greeted.OkAsync("""{"id":3,"op":"ping"}""");
    }

    [Fact]
    public async Task Connect_WithoutSubprotocol_IsAccepted()
    {
        await using var host = await GatewayHost.StartAsync();
        var client = await host.ConnectAsync(subprotocol: null);

        Assert.Null(client.Subprotocol);
        Assert.Equal(ErrorCodes.Unauthenticated, await client.RefusalAsync("""{"id":1,"op":"ping"}"""));
    }

    [Fact]
    public async Task Connect_WithAnotherSubprotocol_IsRefused()
    {
        await using var host = await GatewayHost.StartAsync();

        await Assert.ThrowsAsync<System.Net.WebSockets.WebSocketException>(() => host.ConnectAsync(subprotocol: "orleansim.v9"));
    }

    [Fact]
    public async Task Requests_PipelinedBehindHello_AreServed()
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);
        var gate = host.World["ben"].Close("OpenSession");
        var client = await host.ConnectAsync();

        await client.SendAsync($$"""{"id":1,"op":"hello","token":"{{host.Token("ann")}}"}""");
        await client.SendAsync("""{"id":2,"op":"send","as":"ann","to":"zoe","body":"own","cid":"c1"}""");
        await client.SendAsync("""{"id":3,"op":"send","as":"ben","to":"zoe","body":"linked","cid":"c2"}""");

        Assert.True((await client.AnswerAsync("2")).TryGetProperty("ok", out _));
        Assert.True((await client.AnswerAsync("3")).TryGetProperty("ok", out _));
        gate.Open();
        var page = (await client.EventAsync("page", "ben")).GetProperty("data");
        if (page.GetProperty("cursor").GetInt64() == 0)
        {
            await client.EventAsync("message", "ben");
        }
    }

    [Fact]
    public async Task Signal_WhileThePageIsOpening_FollowsThePage()
    {
        await using var host = await GatewayHost.StartAsync();
        AddGroup(host);
        var gate = host.World["ben"].Close("OpenSession");
        var client = await host.ConnectAsync();
        await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{host.Token("ann")}}"}""");
        await gate.Reached;

        host.World["ben"].Signal("presence", """{"contact":"zoe","status":"online"}""");
        host.World["ben"].Append();
        await host.World.DeliveredAsync();
        gate.Open();

        await client.EventAsync("page", "ben");
        Assert.Equal("zoe", (await client.EventAsync("presence", "ben")).GetProperty("data").GetProperty("contact").GetString());
        await client.EventAsync("message", "ben");
        Assert.Equal([1L], client.Seqs("ben"));
    }

    private static void AddGroup(GatewayHost host)
    {
        host.World.Add("ann");
        host.World.Add("ben");
        host.World.Add("cat");
        host.World.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary), ("cat", LinkRole.Master));
    }
}
