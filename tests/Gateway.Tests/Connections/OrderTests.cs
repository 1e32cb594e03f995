using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.TestSupport;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>
/// The order of one stream's requests for one account. In one process they begin in the order of their frames; where calls
/// may overtake one another, those that depend on one another go one at a time, and nothing else waits.
/// </summary>
public sealed class OrderTests
{
    private const string Message = """ "op":"send","to":"bob","body":"x","cid":"c" """;
    private const string MessageToCat = """ "op":"send","to":"cat","body":"x","cid":"c" """;
    private const string Read = """ "op":"read","peer":"bob","upTo":1 """;
    private const string Typing = """ "op":"typing","to":"bob","on":true """;
    private const string History = """ "op":"history","peer":"bob" """;
    private const string WholeHistory = """ "op":"history" """;
    private const string Block = """ "op":"contacts.block","account":"bob" """;
    private const string Setting = """ "op":"settings.set","key":"theme","value":1 """;
    private const string Presence = """ "op":"presence","status":"busy" """;
    private const string Group = """ "op":"groups.create","name":"g","members":["bob"] """;
    private const string Link = """ "op":"link.add","accounts":[{"account":"cat","password":"x"}] """;
    private const string EndSession = """ "op":"sessions.end","session":"nobody" """;
    private const string Sessions = """ "op":"sessions.list" """;
    private const string AppPasswords = """ "op":"appPasswords.list" """;

    [Theory]
    [InlineData(Block, "ChangeContact", Message, "Send")]
    [InlineData(Block, "ChangeContact", Typing, "SetTyping")]
    [InlineData(Block, "ChangeContact", Read, "MarkRead")]
    [InlineData(Block, "ChangeContact", Block, "ChangeContact")]
    [InlineData(Block, "ChangeContact", Group, "CreateGroup")]
    [InlineData(Block, "ChangeContact", History, "ReadHistory")]
    [InlineData(Message, "Send", Message, "Send")]
    [InlineData(Message, "Send", Typing, "SetTyping")]
    [InlineData(Message, "Send", Block, "ChangeContact")]
    [InlineData(Message, "Send", WholeHistory, "ReadHistory")]
    [InlineData(Read, "MarkRead", Read, "MarkRead")]
    [InlineData(Setting, "SetValue", Setting, "SetValue")]
    [InlineData(Setting, "SetValue", Presence, "SetPresence")]
    [InlineData(Setting, "SetValue", MessageToCat, "Send")]
    [InlineData(Presence, "SetPresence", Presence, "SetPresence")]
    [InlineData(EndSession, "EndSession", Sessions, "ListSessions")]
    public async Task Requests_ThatDependOnOneAnother_GoOneAfterTheOtherWhereCallsMayOvertake(string first, string method, string second, string secondMethod)
    {
        await using var host = await StartAsync(accountsElsewhere: true);
        var ann = await host.SignInAsync("ann");
        var gate = host.World["ann"].Close(method);
        host.World.Calls.Clear();

        await ann.SendAsync(Frame(1, first));
        await gate.Reached;
        await ann.SendAsync(Frame(2, second));
        await ann.OkAsync("""{"id":3,"op":"ping"}""");
        Assert.Equal(method == secondMethod ? 1 : 0, Count(secondMethod));

        gate.Open();
        await ann.AnswerAsync("1");
        await ann.AnswerAsync("2");
        Assert.Equal(method == secondMethod ? 2 : 1, Count(secondMethod));

        int Count(string name) => host.World.Calls.Count(call => call == $"ann.{name}");
    }

    [Theory]
    [InlineData(Message, "Send", Read)]
    [InlineData(Read, "MarkRead", Message)]
    [InlineData(Block, "ChangeContact", MessageToCat)]
    [InlineData(Message, "Send", Setting)]
    [InlineData(Message, "Send", Group)]
    [InlineData(Presence, "SetPresence", Message)]
    [InlineData(Message, "Send", AppPasswords)]
    [InlineData(History, "ReadHistory", Message)]
    [InlineData(WholeHistory, "ReadHistory", Setting)]
    [InlineData(Link, "AddLinks", Message)]
    [InlineData(Group, "CreateGroup", Message)]
    public async Task Requests_ThatDoNot_DoNotWait(string first, string method, string second)
    {
        await using var host = await StartAsync(accountsElsewhere: true);
        var ann = await host.SignInAsync("ann");
        var gate = host.World["ann"].Close(method);

        await ann.SendAsync(Frame(1, first));
        await gate.Reached;
        await ann.AskAsync(Frame(2, second));

        gate.Open();
        await ann.AnswerAsync("1");
    }

    [Theory]
    [InlineData(Block, "ChangeContact", Message, "Send")]
    [InlineData(Read, "MarkRead", Read, "MarkRead")]
    [InlineData(Setting, "SetValue", Message, "Send")]
    public async Task Requests_InOneProcess_BeginInOrderAndWaitForNothing(string first, string method, string second, string secondMethod)
    {
        await using var host = await StartAsync(accountsElsewhere: false);
        var ann = await host.SignInAsync("ann");
        var gate = host.World["ann"].Close(method);
        host.World.Calls.Clear();

        await ann.SendTogetherAsync(Frame(1, first), Frame(2, second));
        await ann.OkAsync("""{"id":3,"op":"ping"}""");

        string[] both = [$"ann.{method}", $"ann.{secondMethod}"];
        await Eventually.TrueAsync(() => host.World.Calls.Count(both.Contains) == 2, "both to have begun");
        Assert.Equal(both, host.World.Calls.Where(both.Contains));
        gate.Open();
        await ann.AnswerAsync("1");
        await ann.AnswerAsync("2");
    }

    [Fact]
    public async Task Requests_OfAnotherStreamOrAccount_DoNotWait()
    {
        await using var host = await StartAsync(accountsElsewhere: true);
        host.World.Link("g", ("ann", LinkRole.Master), ("cat", LinkRole.Secondary));
        var (ann, other) = (await host.SignInAsync("ann"), await host.SignInAsync("ann"));
        var gate = host.World["ann"].Close("SetValue");
        await ann.SendAsync(Frame(1, Setting));
        await gate.Reached;

        await ann.OkAsync("""{"id":2,"op":"send","as":"cat","to":"bob","body":"x","cid":"c"}""");
        await other.OkAsync("""{"id":1,"op":"send","as":"ann","to":"bob","body":"x","cid":"c"}""");

        gate.Open();
        await ann.AnswerAsync("1");
    }

    private static async Task<GatewayHost> StartAsync(bool accountsElsewhere)
    {
        var host = await GatewayHost.StartAsync(options => options.AccountsElsewhere = accountsElsewhere);
        foreach (var account in (string[])["ann", "bob", "cat"])
        {
            host.World.Add(account);
        }

        return host;
    }

    private static string Frame(int id, string request) => $$"""{"id":{{id}},"as":"ann",{{request}}}""";
}
