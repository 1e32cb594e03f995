using OrleansIM.Client.Tests.Scripted;

namespace OrleansIM.Client.Tests;

public sealed class GroupTests
{
    private const string Groups = """
        ,"groups":[{"id":"g1","name":"team","role":"member","members":3,"mentions":1},{"id":"g2","name":"others","role":"owner","members":1}],
        "unread":{"group:g1":2}
        """;

    private const string Team = """{"group":{"id":"g1","name":"team","memberInvites":true,"createdAt":"2026-01-02T03:04:05.678Z","members":[{"account":"ann","role":"owner","since":"2026-01-02T03:04:05.678Z"}]}""";

    [Fact]
    public async Task Page_Opened_HasItsGroups()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Groups)]);

        var groups = session.Client.Pages["ann"].Groups;

        Assert.Equal(new GroupEntry { Id = "g1", Name = "team", Role = "member", Members = 3, Mentions = 1 }, groups["group:g1"]);
        Assert.Equal("group:g2", groups["group:g2"].Peer);
    }

    [Fact]
    public async Task Changes_AreShownOnThePage()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Groups)]);
        await session.Stream.SendAsync(Changed(10, "g1", "role", "\"accounts\":[\"ann\"],\"role\":\"admin\",", "team", 3));
        await session.Stream.SendAsync(Changed(11, "g1", "joined", "\"accounts\":[\"dan\"],", "team", 4));
        await session.Stream.SendAsync(Changed(12, "g3", "created", "\"accounts\":[\"bob\",\"ann\"],", "new", 2));
        await session.Stream.SendAsync(Changed(13, "g2", "kicked", "\"accounts\":[\"ann\"],", "others", 0));
        await session.Stream.SendAsync(Changed(14, "g3", "left", "\"accounts\":[\"bob\"],\"owner\":\"ann\",", "renamed", 1));
        for (var seq = 10; seq <= 14; seq++)
        {
            Assert.Equal(seq, (await session.Events.NextAsync<GroupChanged>()).Seq);
        }

        var groups = session.Client.Pages["ann"].Groups;
        Assert.Equal(["group:g1", "group:g3"], groups.Keys.Order());
        Assert.Equal(new GroupEntry { Id = "g1", Name = "team", Role = "admin", Members = 4, Mentions = 1 }, groups["group:g1"]);
        Assert.Equal(new GroupEntry { Id = "g3", Name = "renamed", Role = "owner", Members = 1 }, groups["group:g3"]);
    }

    [Fact]
    public async Task Mentions_CountUntilReadAndGoWithTheMembership()
    {
        await using var session = await SignedIn.StartAsync([ScriptedStream.Page("ann", 9, more: Groups)]);
        await session.Stream.SendAsync(Message(10, "bob", "\"ann\""));
        await session.Stream.SendAsync(Message(11, "bob", "\"bob\""));
        Assert.Equal(["ann"], (await session.Events.NextAsync<MessageReceived>()).Mentions);
        await session.Events.NextAsync<MessageReceived>();
        Assert.Equal((2, 4), (session.Client.Pages["ann"].Groups["group:g1"].Mentions, session.Client.Pages["ann"].Unread["group:g1"]));

        await session.Stream.SendAsync("""{"ev":"receipt","account":"ann","seq":12,"data":{"by":"ann","peer":"group:g1","upTo":11,"what":"read"}}""");
        await session.Events.NextAsync<ReceiptReceived>();
        await session.Stream.SendAsync(Message(13, "bob", "\"ann\""));
        await session.Events.NextAsync<MessageReceived>();
        Assert.Equal((1, 1), (session.Client.Pages["ann"].Groups["group:g1"].Mentions, session.Client.Pages["ann"].Unread["group:g1"]));

        await session.Stream.SendAsync(Changed(14, "g1", "kicked", "\"accounts\":[\"ann\"],", "team", 2));
        Assert.True((await session.Events.NextAsync<GroupChanged>()).IsEnd);
        Assert.Empty(session.Client.Pages["ann"].Unread);
        Assert.False(session.Client.Pages["ann"].Groups.ContainsKey("group:g1"));
    }

    [Fact]
    public async Task Create_AsksAndReadsTheAnswer()
    {
        await using var session = await SignedIn.StartAsync();
        var create = session.Client.CreateGroupAsync("ann", "team", ["bob", "cat"]);
        var request = await session.Stream.ReadAsync("groups.create");
        await session.Stream.OkAsync(request, Team + ""","added":["bob"],"rejected":[{"account":"cat","reason":"not_friends"}]}""");
        var made = await create.Time("the answer");

        Assert.Equal("""["bob","cat"]""", request.GetProperty("members").GetRawText());
        Assert.Equal(("group:g1", "team", true, "owner"), (made.Group.Peer, made.Group.Name, made.Group.MemberInvites, made.Group.Members[0].Role));
        Assert.Equal(["bob"], made.Added);
        Assert.Equal(("cat", "not_friends"), (made.Rejected[0].Account, made.Rejected[0].Reason));
    }

    [Fact]
    public async Task Requests_HaveTheFieldsOfTheProtocol()
    {
        await using var session = await SignedIn.StartAsync();
        var client = session.Client;
        await AsksAsync(client.InviteToGroupAsync("ann", "g1", ["bob"]), "groups.invite", """{"as":"ann","group":"g1","accounts":["bob"]}""");
        await AsksAsync(client.LeaveGroupAsync("ann", "g1"), "groups.leave", """{"as":"ann","group":"g1"}""");
        await AsksAsync(client.KickFromGroupAsync("ann", "g1", "bob"), "groups.kick", """{"as":"ann","group":"g1","account":"bob"}""");
        await AsksAsync(client.SetGroupRoleAsync("ann", "g1", "bob", "admin"), "groups.role", """{"as":"ann","group":"g1","account":"bob","role":"admin"}""");
        await AsksAsync(client.SetGroupAsync("ann", "g1", memberInvites: false), "groups.set", """{"as":"ann","group":"g1","memberInvites":false}""");
        await AsksAsync(client.GetGroupAsync("ann", "g1"), "groups.get", """{"as":"ann","group":"g1"}""");

        async Task AsksAsync(Task call, string op, string fields)
        {
            var request = await session.Stream.ReadAsync(op);
            await session.Stream.OkAsync(request, Team + "}");
            await call.WaitAsync(TimeSpan.FromSeconds(60));
            Assert.EndsWith("," + fields[1..], request.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Send_WithMentions_NamesThem()
    {
        await using var session = await SignedIn.StartAsync();
        _ = session.Client.SendAsync("ann", "group:g1", "hi", mentions: ["bob"]);

        Assert.Equal("""["bob"]""", (await session.Stream.ReadAsync("send")).GetProperty("mentions").GetRawText());
    }

    private static string Changed(int seq, string group, string what, string more, string name, int members) =>
        $$$"""{"ev":"group","account":"ann","seq":{{{seq}}},"data":{"group":"group:{{{group}}}","what":"{{{what}}}","by":"bob",{{{more}}}"name":"{{{name}}}","memberInvites":true,"members":{{{members}}}}}""";

    private static string Message(int seq, string from, string mentions) =>
        $$$"""{"ev":"message","account":"ann","seq":{{{seq}}},"data":{"id":"m{{{seq}}}","from":"{{{from}}}","to":"group:g1","mentions":[{{{mentions}}}],"body":"hi","kind":"text","sentAt":"2026-01-02T03:04:05.678Z"}}""";
}
