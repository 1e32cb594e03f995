using System.Text.Json;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Ops;

public sealed class OpTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private StreamClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann");
        _host.World.Add("bob");
        _ann = await _host.SignInAsync("ann");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    public static TheoryData<string, string, string> Refused()
    {
        var large = new string('x', 16 * 1024 + 1);
        var umlauts = new string('ä', 8 * 1024 + 1);
        var value = new string('x', 8 * 1024);
        return new()
        {
            { """{"op":"send","to":"bob","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"send","as":"bob","to":"ann","body":"x","cid":"1"}""", ErrorCodes.Forbidden, "bob" },
            { """{"op":"send","as":7,"to":"ann","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"send","as":"ann","as":"bob","to":"ann","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"send","as":"ann","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "to:" },
            { """{"op":"send","as":"ann","to":"b/b","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "to:" },
            { """{"op":"send","as":"ann","to":"group:","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "to:" },
            { """{"op":"send","as":"ann","to":"@service","body":"x","cid":"1"}""", ErrorCodes.InvalidArgument, "to: @service is the service itself" },
            { """{"op":"typing","as":"ann","to":"@service","on":true}""", ErrorCodes.InvalidArgument, "to: @service is the service itself" },
            { """{"op":"contacts.request","as":"ann","account":"@service"}""", ErrorCodes.InvalidArgument, "account: @service is the service itself" },
            { """{"op":"send","as":"ann","to":"bob","cid":"1"}""", ErrorCodes.InvalidArgument, "body:" },
            { """{"op":"send","as":"ann","to":"bob","body":"","cid":"1"}""", ErrorCodes.InvalidArgument, "body:" },
            { """{"op":"send","as":"ann","to":"bob","body":{"a":1},"cid":"1"}""", ErrorCodes.InvalidArgument, "body:" },
            { $$"""{"op":"send","as":"ann","to":"bob","body":"{{large}}","cid":"1"}""", ErrorCodes.TooLarge, "body:" },
            { $$"""{"op":"send","as":"ann","to":"bob","body":"{{umlauts}}","cid":"1"}""", ErrorCodes.TooLarge, "body:" },
            { """{"op":"send","as":"ann","to":"bob","body":"x"}""", ErrorCodes.InvalidArgument, "cid:" },
            { """{"op":"send","as":"ann","to":"bob","body":"x","cid":""}""", ErrorCodes.InvalidArgument, "cid:" },
            { """{"op":"send","as":"ann","to":"bob","body":"x","cid":"a\u0000b"}""", ErrorCodes.InvalidArgument, "cid:" },
            { $$"""{"op":"send","as":"ann","to":"bob","body":"x","cid":"{{new string('c', 65)}}"}""", ErrorCodes.InvalidArgument, "cid:" },
            { """{"op":"send","as":"ann","to":"bob","body":"x","cid":"1","kind":"a b"}""", ErrorCodes.InvalidArgument, "kind:" },
            { """{"op":"read","as":"ann","peer":"bob"}""", ErrorCodes.InvalidArgument, "upTo:" },
            { """{"op":"read","as":"ann","peer":"bob","upTo":-1}""", ErrorCodes.InvalidArgument, "upTo:" },
            { """{"op":"read","as":"ann","peer":"bob","upTo":1.5}""", ErrorCodes.InvalidArgument, "upTo:" },
            { """{"op":"read","as":"ann","peer":"bob","upTo":1e99}""", ErrorCodes.InvalidArgument, "upTo:" },
            { """{"op":"read","as":"ann","peer":"bob","upTo":99999999999999999999}""", ErrorCodes.InvalidArgument, "upTo:" },
            { """{"op":"typing","as":"ann","to":"bob","on":"yes"}""", ErrorCodes.InvalidArgument, "on:" },
            { """{"op":"presence"}""", ErrorCodes.InvalidArgument, "status:" },
            { """{"op":"presence","as":"ann","status":"offline"}""", ErrorCodes.InvalidArgument, "status:" },
            { """{"op":"presence","status":7}""", ErrorCodes.InvalidArgument, "status:" },
            { """{"op":"presence","as":"bob","status":"away"}""", ErrorCodes.Forbidden, "bob" },
            { """{"op":"presence","as":null,"status":"away"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"presence","status":"away","note":["x"]}""", ErrorCodes.InvalidArgument, "note:" },
            { $$"""{"op":"presence","status":"away","note":"{{new string('n', 513)}}"}""", ErrorCodes.InvalidArgument, "note:" },
            { """{"op":"history","as":"ann","limit":0}""", ErrorCodes.InvalidArgument, "limit:" },
            { """{"op":"history","as":"ann","limit":201}""", ErrorCodes.InvalidArgument, "limit:" },
            { """{"op":"history","as":"ann","before":0}""", ErrorCodes.InvalidArgument, "before:" },
            { """{"op":"history","as":"ann","after":-1}""", ErrorCodes.InvalidArgument, "after:" },
            { """{"op":"history","as":"ann","after":"0"}""", ErrorCodes.InvalidArgument, "after:" },
            { """{"op":"history","as":"ann","after":1,"after":2}""", ErrorCodes.InvalidArgument, "after:" },
            { """{"op":"history","as":"ann","peer":"?"}""", ErrorCodes.InvalidArgument, "peer:" },
            { """{"op":"read","as":"ann","peer":"group:","upTo":1}""", ErrorCodes.InvalidArgument, "peer:" },
            { """{"op":"typing","as":"ann","to":"bob"}""", ErrorCodes.InvalidArgument, "on:" },
            { """{"op":"typing","as":"bob","to":"ann","on":true}""", ErrorCodes.Forbidden, "bob" },
            { """{"op":"contacts.request","as":"ann"}""", ErrorCodes.InvalidArgument, "account:" },
            { $$"""{"op":"contacts.request","as":"ann","account":"bob","greeting":"{{new string('g', 513)}}"}""", ErrorCodes.InvalidArgument, "greeting:" },
            { """{"op":"contacts.set","as":"ann","account":"bob","labels":"x"}""", ErrorCodes.InvalidArgument, "labels:" },
            { """{"op":"contacts.set","as":"ann","account":"bob","labels":[1]}""", ErrorCodes.InvalidArgument, "labels:" },
            { """{"op":"contacts.set","as":"ann","account":"bob","labels":[""]}""", ErrorCodes.InvalidArgument, "labels:" },
            { $$"""{"op":"contacts.set","as":"ann","account":"bob","labels":[{{string.Join(',', Enumerable.Repeat("\"l\"", 33))}}]}""", ErrorCodes.InvalidArgument, "labels:" },
            { $$"""{"op":"contacts.set","as":"ann","account":"bob","settings":"{{value}}"}""", ErrorCodes.TooLarge, "settings:" },
            { """{"op":"profile.set","as":"ann","email":"a@b@c"}""", ErrorCodes.InvalidArgument, "email:" },
            { """{"op":"settings.set","as":"ann","value":1}""", ErrorCodes.InvalidArgument, "key:" },
            { """{"op":"settings.set","as":"ann","key":"k"}""", ErrorCodes.InvalidArgument, "value:" },
            { $$"""{"op":"custom.set","as":"ann","key":"{{new string('k', 65)}}","value":1}""", ErrorCodes.InvalidArgument, "key:" },
            { $$"""{"op":"custom.set","as":"ann","key":"k","value":"{{value}}"}""", ErrorCodes.TooLarge, "value:" },
            { """{"op":"link.add"}""", ErrorCodes.InvalidArgument, "accounts:" },
            { """{"op":"link.add","accounts":{}}""", ErrorCodes.InvalidArgument, "accounts:" },
            { """{"op":"link.add","accounts":[]}""", ErrorCodes.InvalidArgument, "accounts:" },
            { """{"op":"link.add","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "accounts[0]" },
            { """{"op":"link.add","accounts":[{"account":"bob","password":"x","role":"king"}]}""", ErrorCodes.InvalidArgument, "accounts[0].role" },
            { """{"op":"link.add","accounts":[{"account":"bob","password":"x","jwt":"a.b.c"}]}""", ErrorCodes.InvalidArgument, "accounts[0].jwt" },
            { """{"op":"link.add","accounts":[{"account":"bob","jwt":7}]}""", ErrorCodes.InvalidArgument, "accounts[0].jwt" },
            { """{"op":"link.add","accounts":[{"account":"bob","password":7}]}""", ErrorCodes.InvalidArgument, "accounts[0].password" },
            { """{"op":"link.remove"}""", ErrorCodes.InvalidArgument, "account:" },
            { """{"op":"link.role","account":"bob"}""", ErrorCodes.InvalidArgument, "role: required, one of master, secondary." },
            { """{"op":"link.role","account":"bob","role":"Master"}""", ErrorCodes.InvalidArgument, "role: required, one of master, secondary." },
            { """{"op":"sessions.end"}""", ErrorCodes.InvalidArgument, "session:" },
            { """{"op":"sessions.list","as":"bob"}""", ErrorCodes.Forbidden, "bob" },
        };
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Field_AtFault_IsNamedAndNothingIsAsked(string fields, string code, string named)
    {
        var calls = _host.World.Calls.Count;

        var error = (await _ann.AskAsync("{\"id\":1," + fields[1..])).GetProperty("err");

        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(named, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(calls, _host.World.Calls.Count);
    }

    [Fact]
    public async Task Send_AsTheAccount_IsAnsweredAndReachesBoth()
    {
        var bob = await _host.SignInAsync("bob");

        var sent = await _ann.OkAsync("""{"id":1,"op":"send","as":"ANN","to":"Bob","body":"hä \u0000 \ud83d\ude00","cid":"c1"}""");

        Assert.Equal(("c1", 1), (sent.GetProperty("id").GetString(), sent.GetProperty("seq").GetInt32()));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", sent.GetProperty("sentAt").GetString());
        foreach (var (client, account) in new[] { (_ann, "ann"), (bob, "bob") })
        {
            var message = await client.EventAsync("message", account);
            Assert.Equal(1, message.GetProperty("seq").GetInt64());
            Assert.Equal("hä \0 😀", message.GetProperty("data").GetProperty("body").GetString());
            Assert.Equal("text", message.GetProperty("data").GetProperty("kind").GetString());
        }
    }

    [Fact]
    public async Task Send_BodyOfTheLargestSize_IsTaken() =>
        await _ann.OkAsync($$"""{"id":1,"op":"send","as":"ann","to":"bob","body":"{{new string('ä', 8 * 1024)}}","cid":"1"}""");

    [Fact]
    public async Task Send_Pipelined_ReachesTheAccountInOrder()
    {
        var gate = _host.World["ann"].Close("Send");
        for (var i = 1; i <= 200; i++)
        {
            await _ann.SendAsync($$"""{"id":{{i}},"op":"send","as":"ann","to":"bob","body":"x","cid":"{{i}}"}""");
        }

        await gate.Reached;
        gate.Open();
        await _ann.AnswerAsync("200");

        Assert.Equal(Enumerable.Range(1, 200).Select(i => $"ann.cid:{i}"), _host.World.Calls.Where(c => c.Contains(".cid:", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Requests_MoreThanMayBeInFlight_WaitTheirTurn()
    {
        var gate = _host.World["ann"].Close("Send");
        for (var i = 1; i <= 100; i++)
        {
            await _ann.SendAsync($$"""{"id":{{i}},"op":"send","as":"ann","to":"bob","body":"x","cid":"{{i}}"}""");
        }

        await _ann.UntilAsync(_ => Sends() >= 64, "64 sends in flight");
        Assert.Equal(64, Sends());

        gate.Open();
        await _ann.AnswerAsync("100");
        Assert.Equal(100, Sends());

        int Sends() => _host.World.Calls.Count(c => c == "ann.Send");
    }

    [Fact]
    public async Task Typing_ReachesTheOther()
    {
        var bob = await _host.SignInAsync("bob");

        await _ann.OkAsync("""{"id":1,"op":"typing","as":"ann","to":"bob","on":true}""");

        var typing = await bob.EventAsync("typing", "bob");
        Assert.False(typing.TryGetProperty("seq", out _));
        Assert.Equal("ann", typing.GetProperty("data").GetProperty("from").GetString());
    }

    [Fact]
    public async Task History_GivesEventsOldestFirst()
    {
        for (var i = 0; i < 60; i++)
        {
            _host.World["ann"].Append();
        }

        var history = await _ann.OkAsync("""{"id":1,"op":"history","as":"ann","before":31,"limit":10}""");

        Assert.Equal(Enumerable.Range(21, 10), history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()));
        Assert.True(history.GetProperty("more").GetBoolean());
        Assert.Equal(50, (await _ann.OkAsync("""{"id":2,"op":"history","as":"ann"}""")).GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task History_OfLargeMessages_GivesTheNewestThatFit()
    {
        var large = $$"""{"body":"{{new string('x', 16_000)}}"}""";
        for (var i = 0; i < 50; i++)
        {
            _host.World["ann"].Append(json: large);
        }

        var history = await _ann.OkAsync("""{"id":1,"op":"history","as":"ann"}""");

        var seqs = history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()).ToArray();
        Assert.InRange(history.GetRawText().Length, 100_000, 132_000);
        Assert.Equal(50, seqs[^1]);
        Assert.Equal(Enumerable.Range(seqs[0], seqs.Length), seqs);
        Assert.True(history.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task History_After_GivesWhatFollowsOldestFirst()
    {
        for (var i = 0; i < 60; i++)
        {
            _host.World["ann"].Append();
        }

        var history = await _ann.OkAsync("""{"id":1,"op":"history","as":"ann","after":20,"before":40,"limit":10}""");

        Assert.Equal(Enumerable.Range(21, 10), history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()));
        Assert.True(history.GetProperty("more").GetBoolean());
        Assert.Equal(1, (await _ann.OkAsync("""{"id":2,"op":"history","as":"ann","after":0,"limit":1}""")).GetProperty("events")[0].GetProperty("seq").GetInt32());
    }

    [Fact]
    public async Task History_AfterOfLargeMessages_GivesTheOldestThatFit()
    {
        var large = $$"""{"body":"{{new string('x', 16_000)}}"}""";
        for (var i = 0; i < 50; i++)
        {
            _host.World["ann"].Append(json: large);
        }

        var history = await _ann.OkAsync("""{"id":1,"op":"history","as":"ann","after":5}""");

        var seqs = history.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("seq").GetInt32()).ToArray();
        Assert.InRange(history.GetRawText().Length, 100_000, 132_000);
        Assert.Equal(Enumerable.Range(6, seqs.Length), seqs);
        Assert.True(history.GetProperty("more").GetBoolean());
    }

    [Fact]
    public async Task Page_Receipts_HaveTheShapeOfTheProtocol()
    {
        _host.World["bob"].Receipts["ann"] = new() { Delivered = 5, Read = 3 };

        var bob = await _host.SignInAsync("bob");

        Assert.Equal("""{"ann":{"delivered":5,"read":3}}""", (await bob.FirstEventAsync("page", "bob")).GetProperty("data").GetProperty("receipts").GetRawText());
    }

    [Fact]
    public async Task Contacts_Answers_HaveTheShapeOfTheProtocol()
    {
        Assert.Equal("""{"state":"requested"}""", (await _ann.OkAsync("""{"id":1,"op":"contacts.request","as":"ann","account":"bob","greeting":"hi"}""")).GetRawText());
        Assert.Equal("""{"state":"friend"}""", (await _ann.OkAsync("""{"id":2,"op":"contacts.accept","as":"ann","account":"bob"}""")).GetRawText());
        Assert.Equal("""{"state":"blocked"}""", (await _ann.OkAsync("""{"id":3,"op":"contacts.block","as":"ann","account":"bob"}""")).GetRawText());
        var contact = await _ann.OkAsync("""{"id":4,"op":"contacts.set","as":"ann","account":"bob","remark":"Bobby","labels":["a","b"],"settings":{"mute":true}}""");
        Assert.Equal(
            """{"contact":{"account":"bob","displayName":"bob","state":"friend","remark":"Bobby","labels":["a","b"],"settings":{"mute":true},"emails":["friend@example.test"]}}""",
            contact.GetRawText());
    }

    [Fact]
    public async Task Profile_Set_AnswersWithTheProfile()
    {
        var profile = await _ann.OkAsync("""{"id":1,"op":"profile.set","as":"ann","displayName":"Ann","email":"ann@example.test","description":null}""");

        Assert.Equal("""{"profile":{"account":"ann","displayName":"Ann","email":"ann@example.test","description":""}}""", profile.GetRawText());
    }

    [Fact]
    public async Task Values_AnyJson_IsKeptAndNullRemoves()
    {
        await _ann.OkAsync("""{"id":1,"op":"custom.set","as":"ann","key":"pet","value":{"a":[1,2,{"b":null}]}}""");
        await _ann.OkAsync("""{"id":2,"op":"settings.set","as":"ann","key":"s","value":false}""");
        Assert.Equal("""{"a":[1,2,{"b":null}]}""", _host.World["ann"].Custom["pet"]);
        Assert.Equal("false", _host.World["ann"].Settings["s"]);

        await _ann.OkAsync("""{"id":3,"op":"custom.set","as":"ann","key":"pet","value":null}""");
        Assert.Empty(_host.World["ann"].Custom);
    }

    [Fact]
    public async Task LinkAdd_MixedBatch_NamesEveryRejected()
    {
        _host.World.Add("cat");
        var added = await _ann.OkAsync($$"""
            {"id":1,"op":"link.add","accounts":[
              {"account":"bob","password":"password-1","role":"master"},{"account":"CAT","password":"wrong"},
              {"account":"no such id!","password":"x"},{"password":"x"},{"account":"dan"},{"account":"eve","password":"{{new string('p', 257)}}"}]}
            """);

        Assert.Equal("bob master", string.Join(',', added.GetProperty("linked").EnumerateArray().Select(l => $"{l.GetProperty("account")} {l.GetProperty("role")}")));
        Assert.Equal(
            ["no such id! unknown_account", " unknown_account", "dan bad_credentials", "eve bad_credentials", "cat bad_credentials"],
            added.GetProperty("rejected").EnumerateArray().Select(r => $"{r.GetProperty("account")} {r.GetProperty("reason")}"));
    }

    [Fact]
    public async Task LinkList_WithoutLinks_IsEmpty() =>
        Assert.Equal("""{"members":[]}""", (await _ann.OkAsync("""{"id":1,"op":"link.list"}""")).GetRawText());

    [Fact]
    public async Task Sessions_ListAndEnd_SignTheOtherDeviceOut()
    {
        var other = await _host.SignInAsync("ann");
        var sessions = (await _ann.OkAsync("""{"id":1,"op":"sessions.list","as":"ann"}""")).GetProperty("sessions").EnumerateArray().ToArray();
        Assert.Equal(2, sessions.Length);
        var target = sessions.Single(s => !s.GetProperty("current").GetBoolean()).GetProperty("session").GetString();

        await _ann.OkAsync($$"""{"id":2,"op":"sessions.end","session":"{{target}}"}""");

        await other.SaidByeAsync(CloseCodes.SignedOut);
        await _ann.OkAsync("""{"id":3,"op":"ping"}""");
    }

    [Fact]
    public async Task Devices_OfAnAccount_AreSessionsDevicesAndAppPasswords()
    {
        var devices = (await _ann.OkAsync("""{"id":1,"op":"devices.list","as":"ann"}""")).GetProperty("devices").EnumerateArray().ToArray();

        Assert.Equal(["session", "device", "appPassword"], devices.Select(device => device.GetProperty("kind").GetString()));
        Assert.Equal([true, false, false], devices.Select(device => device.GetProperty("connected").GetBoolean()));
        Assert.Equal([true, false, false], devices.Select(device => device.GetProperty("current").GetBoolean()));
        Assert.Equal("""{"kind":"appPassword","id":"app-1","name":"a program","createdAt":"1970-01-01T00:00:00.000Z","lastUsed":"1970-01-01T00:00:00.000Z","from":"192.0.2.1","connected":false,"current":false}""", devices[2].GetRawText());
        Assert.Equal("""{"kind":"device","id":".d1","name":"phone","createdAt":"1970-01-01T00:00:00.000Z","signedInAs":"ann","signedInAt":"1970-01-01T00:00:00.000Z","connected":false,"current":false}""", devices[1].GetRawText());
    }

    [Fact]
    public async Task Account_Throws_IsUnavailableOrInternal()
    {
        _host.World["ann"].Throws = _ => new TimeoutException();
        var error = (await _ann.AskAsync("""{"id":1,"op":"history","as":"ann"}""")).GetProperty("err");
        Assert.Equal((ErrorCodes.Unavailable, 1000), (error.GetProperty("code").GetString(), error.GetProperty("retryAfterMs").GetInt32()));

        _host.World["ann"].Throws = _ => new InvalidOperationException("secret");
        Assert.Equal(ErrorCodes.Internal, await _ann.RefusalAsync("""{"id":2,"op":"history","as":"ann"}"""));
        Assert.True(_host.Errors.TryDequeue(out _));
        _host.World["ann"].Throws = null;
    }

    [Fact]
    public async Task Account_Refuses_TheRefusalIsTheAnswer()
    {
        _host.World["ann"].Refuses = _ => new Refusal(ErrorCodes.SlowDown, "Wait.", TimeSpan.FromMilliseconds(1500.2));

        var error = (await _ann.AskAsync("""{"id":1,"op":"send","as":"ann","to":"bob","body":"x","cid":"1"}""")).GetProperty("err");

        Assert.Equal("""{"code":"slow_down","message":"Wait.","retryAfterMs":1501}""", error.GetRawText());
    }
}
