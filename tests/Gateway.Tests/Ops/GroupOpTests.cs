using OrleansIM.Gateway.Tests.World;
using OrleansIM.Groups;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Ops;

public sealed class GroupOpTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private StreamClient _ann = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _host.World.Add("ann").Groups = [new GroupSummary { Id = "g1", Name = "first \"one\"", Role = GroupRole.Admin, Members = 3, Mentions = 2 }, new GroupSummary { Id = "g2", Name = "second", Role = GroupRole.Member, Members = 1, Mentions = 0 }];
        _ann = await _host.SignInAsync("ann");
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    private object? Asked => _host.World["ann"].AskedOfGroups;

    public static TheoryData<string, string, string> Refused()
    {
        var many = string.Join(',', Enumerable.Range(0, 257).Select(number => $"\"m{number}\""));
        var mentions = string.Join(',', Enumerable.Range(0, 51).Select(number => $"\"m{number}\""));
        return new()
        {
            { """{"op":"groups.create","name":"n"}""", ErrorCodes.InvalidArgument, "as:" },
            { """{"op":"groups.create","as":"bob","name":"n"}""", ErrorCodes.Forbidden, "bob" },
            { """{"op":"groups.create","as":"ann"}""", ErrorCodes.InvalidArgument, "name:" },
            { """{"op":"groups.create","as":"ann","name":""}""", ErrorCodes.InvalidArgument, "name:" },
            { """{"op":"groups.create","as":"ann","name":"a\nb"}""", ErrorCodes.InvalidArgument, "name:" },
            { $$"""{"op":"groups.create","as":"ann","name":"{{new string('n', 513)}}"}""", ErrorCodes.InvalidArgument, "name:" },
            { """{"op":"groups.create","as":"ann","name":"n","members":"bob"}""", ErrorCodes.InvalidArgument, "members:" },
            { """{"op":"groups.create","as":"ann","name":"n","members":[7]}""", ErrorCodes.InvalidArgument, "members:" },
            { """{"op":"groups.create","as":"ann","name":"n","members":["group:g"]}""", ErrorCodes.InvalidArgument, "members:" },
            { $$"""{"op":"groups.create","as":"ann","name":"n","members":[{{many}}]}""", ErrorCodes.InvalidArgument, "members:" },
            { """{"op":"groups.invite","as":"ann","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"groups.invite","as":"ann","group":"group:","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"groups.invite","as":"ann","group":"a/b","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"groups.invite","as":"ann","group":"group:group:g","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "group:" },
            { $$"""{"op":"groups.invite","as":"ann","group":"{{new string('g', 65)}}","accounts":["bob"]}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"groups.invite","as":"ann","group":"g"}""", ErrorCodes.InvalidArgument, "accounts:" },
            { """{"op":"groups.invite","as":"ann","group":"g","accounts":[]}""", ErrorCodes.InvalidArgument, "accounts:" },
            { """{"op":"groups.invite","as":"ann","group":"g","accounts":["b\ud800"]}""", ErrorCodes.InvalidArgument, "" },
            { """{"op":"groups.leave","as":"ann","group":7}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"groups.kick","as":"ann","group":"g"}""", ErrorCodes.InvalidArgument, "account:" },
            { """{"op":"groups.role","as":"ann","group":"g","account":"bob"}""", ErrorCodes.InvalidArgument, "role: required, one of owner, admin, member." },
            { """{"op":"groups.role","as":"ann","group":"g","account":"bob","role":"king"}""", ErrorCodes.InvalidArgument, "role: required, one of owner, admin, member." },
            { """{"op":"groups.set","as":"ann","group":"g"}""", ErrorCodes.InvalidArgument, "name, memberInvites:" },
            { """{"op":"groups.set","as":"ann","group":"g","name":""}""", ErrorCodes.InvalidArgument, "name:" },
            { """{"op":"groups.set","as":"ann","group":"g","memberInvites":"yes"}""", ErrorCodes.InvalidArgument, "memberInvites:" },
            { """{"op":"groups.get","as":"ann"}""", ErrorCodes.InvalidArgument, "group:" },
            { """{"op":"send","as":"ann","to":"bob","body":"x","cid":"1","mentions":["bob"]}""", ErrorCodes.InvalidArgument, "mentions:" },
            { """{"op":"send","as":"ann","to":"group:g","body":"x","cid":"1","mentions":[null]}""", ErrorCodes.InvalidArgument, "mentions:" },
            { $$"""{"op":"send","as":"ann","to":"group:g","body":"x","cid":"1","mentions":[{{mentions}}]}""", ErrorCodes.InvalidArgument, "mentions:" },
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
    public async Task Create_Answer_HasTheGroupWhoWasAddedAndWhoWasNot()
    {
        var ok = await _ann.OkAsync("""{"id":1,"op":"groups.create","as":"ann","name":"Café","members":["Bob","bob"]}""");

        Assert.Equal(["bob"], ((CreateGroup)Asked!).Members);
        Assert.Equal(
            """{"group":{"id":"new","name":"Café","memberInvites":true,"createdAt":"1970-01-01T00:00:00.000Z","members":["""
            + """{"account":"ann","role":"owner","since":"1970-01-01T00:00:00.000Z"},{"account":"bob","role":"member","since":"1970-01-01T00:00:00.000Z"}]},"added":["bob"],"rejected":[{"account":"stranger","reason":"not_friends"}]}""",
            ok.GetRawText());
    }

    [Theory]
    [InlineData("g1")]
    [InlineData("group:g1")]
    public async Task Group_WithOrWithoutPrefix_IsTheSame(string group)
    {
        await _ann.OkAsync($$"""{"id":1,"op":"groups.invite","as":"ann","group":"{{group}}","accounts":["bob"]}""");
        Assert.Equal("group:g1", ((InviteToGroup)Asked!).Group);
        await _ann.OkAsync($$"""{"id":2,"op":"groups.leave","as":"ann","group":"{{group}}"}""");
        Assert.Equal(new ChangeGroup { Group = "group:g1", Action = GroupAction.Leave }, Asked);
        await _ann.OkAsync($$"""{"id":3,"op":"groups.kick","as":"ann","group":"{{group}}","account":"BOB"}""");
        Assert.Equal(new ChangeGroup { Group = "group:g1", Action = GroupAction.Kick, Account = "bob" }, Asked);
        await _ann.OkAsync($$"""{"id":4,"op":"groups.role","as":"ann","group":"{{group}}","account":"bob","role":"admin"}""");
        Assert.Equal(new ChangeGroup { Group = "group:g1", Action = GroupAction.SetRole, Account = "bob", Role = GroupRole.Admin }, Asked);
        await _ann.OkAsync($$"""{"id":5,"op":"groups.set","as":"ann","group":"{{group}}","name":"n","memberInvites":false}""");
        Assert.Equal(new ChangeGroup { Group = "group:g1", Action = GroupAction.Set, Name = "n", MemberInvites = false }, Asked);
        Assert.Equal("g1", (await _ann.OkAsync($$"""{"id":6,"op":"groups.get","as":"ann","group":"{{group}}"}""")).GetProperty("group").GetProperty("id").GetString());
        Assert.Equal("group:g1", Asked);
    }

    [Fact]
    public async Task Page_ShowsTheGroupsWithoutTheirMembers()
    {
        var page = await _ann.FirstEventAsync("page", "ann");

        Assert.Equal(
            """[{"id":"g1","name":"first \"one\"","role":"admin","members":3,"mentions":2},{"id":"g2","name":"second","role":"member","members":1}]""",
            page.GetProperty("data").GetProperty("groups").GetRawText());
    }

    [Fact]
    public async Task Send_WithMentions_CarriesThemOnce()
    {
        _host.World.Add("group:g1");
        await _ann.OkAsync("""{"id":1,"op":"send","as":"ann","to":"group:g1","body":"x","cid":"1","mentions":["Bob","bob","cat"]}""");

        Assert.Equal(["bob", "cat"], _host.World["ann"].LastSent!.Mentions!);
    }
}
