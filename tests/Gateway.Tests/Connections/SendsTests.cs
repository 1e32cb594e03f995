using OrleansIM.Gateway.Tests.World;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Tests.Connections;

/// <summary>Messages that came together go together, and nothing else about them changes.</summary>
public sealed class SendsTests : IAsyncLifetime
{
    private GatewayHost _host = null!;
    private StreamClient _ann = null!;

    public Task InitializeAsync() => StartAsync(null);

    private async Task RestartAsync(Action<GatewayOptions> configure)
    {
        await _host.DisposeAsync();
        await StartAsync(configure);
    }

    private async Task StartAsync(Action<GatewayOptions>? configure)
    {
        _host = await GatewayHost.StartAsync(configure);
        _host.World.Add("ann");
        _host.World.Add("bob");
        _host.World.Add("cat");
        _ann = await _host.SignInAsync("ann");
        _host.World.Calls.Clear();
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Sends_ToOnePeerTogether_AreOneCallAndOneAnswerEach()
    {
        await _ann.SendTogetherAsync(Enumerable.Range(1, 10).Select(number => Send(number, "bob")));

        for (var number = 1; number <= 10; number++)
        {
            var sent = (await _ann.AnswerAsync($"{number}")).GetProperty("ok");
            Assert.Equal(($"c{number}", number), (sent.GetProperty("id").GetString(), sent.GetProperty("seq").GetInt32()));
        }

        Assert.Equal(["ann.together:10"], Together());
    }

    [Fact]
    public async Task Sends_ToOthersOrWithSomethingBetween_KeepTheOrder()
    {
        await _ann.SendTogetherAsync(
            Send(1, "bob"), Send(2, "bob"), Send(3, "cat"), Send(4, "cat"), """{"id":5,"op":"typing","as":"ann","to":"bob","on":true}""", Send(6, "cat"), Send(7, "cat"));
        await _ann.AnswerAsync("7");

        Assert.Equal(
            ["together:2", "cid:c1", "cid:c2", "together:2", "cid:c3", "cid:c4", "SetTyping", "together:2", "cid:c6", "cid:c7"],
            _host.World.Calls.Where(call => !call.EndsWith(".Send", StringComparison.Ordinal)).Select(call => call["ann.".Length..]));
    }

    [Fact]
    public async Task Sends_OneOfThemRefusedOrAtFault_OthersAreSent()
    {
        _host.World["ann"].RefusesMessage = message => message.Cid == "c2" ? new Refusal(ErrorCodes.NotFriends, "No.") : null;

        await _ann.SendTogetherAsync(Send(1, "bob"), Send(2, "bob"), """{"id":3,"op":"send","as":"ann","to":"bob","cid":"c3"}""", Send(4, "bob"));

        Assert.True((await _ann.AnswerAsync("1")).TryGetProperty("ok", out _));
        Assert.Equal(ErrorCodes.NotFriends, await CodeAsync(2));
        Assert.Equal(ErrorCodes.InvalidArgument, await CodeAsync(3));
        Assert.True((await _ann.AnswerAsync("4")).TryGetProperty("ok", out _));
        Assert.Equal(["ann.together:3"], Together());
    }

    [Fact]
    public async Task Sends_CallFails_EachIsTold()
    {
        _host.World["ann"].Throws = method => method == "Send" ? new TimeoutException("too slow") : null;

        await _ann.SendTogetherAsync(Send(1, "bob"), Send(2, "bob"), Send(3, "bob"));

        for (var number = 1; number <= 3; number++)
        {
            Assert.Equal(ErrorCodes.Unavailable, await CodeAsync(number));
        }
    }

    [Fact]
    public async Task Sends_AccountActivatedAnew_AreSentOnceItIsOpenAgain()
    {
        _host.World["ann"].Forget();

        await _ann.SendTogetherAsync(Enumerable.Range(1, 5).Select(number => Send(number, "bob")));

        for (var number = 1; number <= 5; number++)
        {
            Assert.True((await _ann.AnswerAsync($"{number}")).TryGetProperty("ok", out _));
        }

        Assert.Equal(Enumerable.Range(1, 5).Select(number => $"ann.cid:c{number}"), Cids());
    }

    [Fact]
    public async Task Sends_WhileOneToTheSamePeerIsUnderWay_WaitForItAndGoTogether()
    {
        await RestartAsync(options => options.AccountsElsewhere = true);
        var gate = _host.World["ann"].Close("Send");
        await _ann.SendAsync(Send(1, "bob"));
        await gate.Reached;
        for (var number = 2; number <= 4; number++)
        {
            await _ann.SendAsync(Send(number, "bob"));
        }

        await _ann.OkAsync("""{"id":5,"op":"ping"}""");
        var meanwhile = Cids();
        gate.Open();
        await _ann.AnswerAsync("4");

        Assert.Equal(["ann.cid:c1"], meanwhile);
        Assert.Equal(["ann.cid:c1", "ann.cid:c2", "ann.cid:c3", "ann.cid:c4"], Cids());
        Assert.Equal(["ann.together:3"], Together());
    }

    [Fact]
    public async Task Sends_WhileOneToAnotherPeerIsUnderWay_DoNotWait()
    {
        await RestartAsync(options => options.AccountsElsewhere = true);
        var gate = _host.World["ann"].Close("Send");
        await _ann.SendAsync(Send(1, "bob"));
        await gate.Reached;
        await _ann.SendAsync(Send(2, "cat"));
        await _ann.OkAsync("""{"id":3,"op":"ping"}""");

        Assert.Equal(["ann.cid:c1", "ann.cid:c2"], Cids());
        gate.Open();
        await _ann.AnswerAsync("1");
        await _ann.AnswerAsync("2");
    }

    [Fact]
    public async Task Sends_ThenTheClose_AreSent()
    {
        var bob = await _host.SignInAsync("bob");

        await _ann.SendTogetherAsync(Send(1, "bob"), Send(2, "bob"));
        await _ann.CloseAsync();

        await bob.EventAsync("message", "bob");
        await bob.EventAsync("message", "bob");
    }

    private string[] Cids() => [.. _host.World.Calls.Where(call => call.Contains(".cid:", StringComparison.Ordinal))];

    private IEnumerable<string> Together() => _host.World.Calls.Where(call => call.Contains(".together:", StringComparison.Ordinal));

    private async Task<string?> CodeAsync(int number) => (await _ann.AnswerAsync($"{number}")).GetProperty("err").GetProperty("code").GetString();

    private static string Send(int number, string to) => $$"""{"id":{{number}},"op":"send","as":"ann","to":"{{to}}","body":"x","cid":"c{{number}}"}""";
}
