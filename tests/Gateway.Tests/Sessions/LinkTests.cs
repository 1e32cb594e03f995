using OrleansIM.Gateway.Tests.World;
using OrleansIM.Links;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Tests.Sessions;

/// <summary>Accounts come into a live session and leave it, and nothing of one that left follows (L7, L14).</summary>
public sealed class LinkTests : IAsyncLifetime
{
    private const int WritesPerChange = 40;

    private GatewayHost _host = null!;
    private FakeWorld _world = null!;

    public async Task InitializeAsync()
    {
        _host = await GatewayHost.StartAsync();
        _world = _host.World;
        Array.ForEach(["ann", "ben", "cat"], id => _world.Add(id));
    }

    public async Task DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task Link_Added_OpensItsPageInEveryLiveSession()
    {
        var first = await _host.SignInAsync("ann");
        var second = await _host.SignInAsync("ann");

        await first.OkAsync("""{"id":1,"op":"link.add","accounts":[{"account":"ben","password":"password-1"}]}""");

        foreach (var client in new[] { first, second })
        {
            await client.EventAsync("link", "ann");
            Assert.Equal("secondary", (await client.EventAsync("page", "ben")).GetProperty("data").GetProperty("role").GetString());
            await client.OkAsync("""{"id":2,"op":"history","as":"ben"}""");
        }
    }

    [Fact]
    public async Task Link_Removed_ClosesItsPageOnceAndNothingFollows()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");

        await client.OkAsync("""{"id":1,"op":"link.remove","account":"ben"}""");
        var gone = await client.EventAsync("pageGone", "ben");
        _world["ben"].Append();
        Assert.Equal(ErrorCodes.Forbidden, await client.RefusalAsync("""{"id":2,"op":"send","as":"ben","to":"cat","body":"x","cid":"1"}"""));
        await client.FirstEventAsync("link", "ann");
        await client.OkAsync("""{"id":3,"op":"ping"}""");

        Assert.Equal("unlinked", gone.GetProperty("data").GetProperty("reason").GetString());
        Assert.Equal(1, client.Count("pageGone"));
        AssertNothingAfterGone(client, "ben");
    }

    [Fact]
    public async Task Role_LostByTheSignedInAccount_ClosesTheOthers()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary), ("cat", LinkRole.Master));
        var ann = await _host.SignInAsync("ann");
        var cat = await _host.SignInAsync("cat");

        await cat.OkAsync("""{"id":1,"op":"link.role","account":"ann","role":"secondary"}""");
        await ann.EventAsync("link", "ann");
        await ann.UntilAsync(_ => ann.Count("pageGone") == 2, "two pages to go");
        _world["ben"].Append();
        await cat.EventAsync("message", "ben");

        Assert.All(ann.Frames.Where(f => f.TryGetProperty("ev", out var ev) && ev.GetString() == "pageGone"), f => Assert.Equal("role", f.GetProperty("data").GetProperty("reason").GetString()));
        Assert.Equal(0, cat.Count("pageGone"));
        AssertNothingAfterGone(ann, "ben");
        AssertNothingAfterGone(ann, "cat");
    }

    [Fact]
    public async Task Role_Gained_OpensTheOthers()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary), ("cat", LinkRole.Secondary));
        var ann = await _host.SignInAsync("ann");
        var ben = await _host.SignInAsync("ben");
        Assert.Equal(1, ben.Count("page"));

        await ann.OkAsync("""{"id":1,"op":"link.role","account":"ben","role":"master"}""");

        await ben.UntilAsync(_ => ben.Count("page", "ann") == 1 && ben.Count("page", "cat") == 1, "two more pages");
    }

    [Theory]
    [InlineData(SessionEnd.Unlinked, "unlinked")]
    [InlineData(SessionEnd.Role, "role")]
    [InlineData(SessionEnd.CredentialsChanged, "credentials_changed")]
    [InlineData(SessionEnd.Disabled, "disabled")]
    [InlineData(SessionEnd.Deleted, "deleted")]
    public async Task LinkedAccount_EndsTheSession_TellsWhy(SessionEnd reason, string told)
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");
        _world.Group("g").Remove("ben");

        _world["ben"].End(reason);

        Assert.Equal(told, (await client.EventAsync("pageGone", "ben")).GetProperty("data").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task LinkedAccount_DroppedByACheck_TellsTheReasonOfTheLinkEvent()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");
        _world.Group("g").Remove("ben");

        _world["ann"].Append(Timelines.EntryKind.Link, """{"members":[],"rejected":[{"account":"ben","reason":"credentials_changed"}]}""");

        Assert.Equal("credentials_changed", (await client.EventAsync("pageGone", "ben")).GetProperty("data").GetProperty("reason").GetString());
    }

    [Fact]
    public async Task End_OfThePast_OpensThePageAgain()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var client = await _host.SignInAsync("ann");
        await client.FirstEventAsync("page", "ben");

        _world["ben"].End(SessionEnd.Unlinked);

        await client.UntilAsync(_ => client.Count("page", "ben") == 2, "the page again");
        _world["ben"].Append();
        await client.EventAsync("message", "ben");
    }

    [Fact]
    public async Task Answer_ThatComesAfterThePageHasGone_SaysNothingOfTheAccount()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        _world["ben"].Append(json: """{"body":"secret"}""");
        var client = await _host.SignInAsync("ann");
        var before = client.Frames.Length;
        var gate = _world["ben"].Close("ReadHistory");
        await client.SendAsync("""{"id":1,"op":"history","as":"ben"}""");
        await gate.Reached;

        await client.OkAsync("""{"id":2,"op":"link.remove","account":"ben"}""");
        await client.EventAsync("pageGone", "ben");
        gate.Open();

        Assert.Equal(ErrorCodes.Forbidden, (await client.AnswerAsync("1")).GetProperty("err").GetProperty("code").GetString());
        Assert.DoesNotContain(client.Frames.Skip(before), f => f.GetRawText().Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_ThatIsReadyAfterTheAccountWasRemoved_IsNotSent()
    {
        _world.Link("g", ("ann", LinkRole.Master), ("ben", LinkRole.Secondary));
        var gate = _world["ben"].Close("OpenSession");
        var client = await _host.ConnectAsync();
        await client.OkAsync($$"""{"id":1,"op":"hello","token":"{{_host.Token("ann")}}"}""");
        await gate.Reached;

        await client.OkAsync("""{"id":2,"op":"link.remove","account":"ben"}""");
        await client.EventAsync("pageGone", "ben");
        await client.FirstEventAsync("ready");
        gate.Open();
        await client.UntilAsync(_ => _world.Calls.Contains("ben.CloseSession") || Nudge(client), "the late opening to be closed");

        Assert.Equal(0, client.Count("page", "ben"));
    }

    /// <summary>Links come and go at random while everybody writes: no session sees what it is not entitled to.</summary>
    [Fact]
    public async Task Links_AtRandom_LeakNothing()
    {
        _world.Link("g", ("ann", LinkRole.Master));
        var client = await _host.SignInAsync("ann");
        // As many as go on beside each change, so that what there is to read does not grow with how slow the machine is.
        using var allowed = new SemaphoreSlim(0);
        using var stop = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                await allowed.WaitAsync();
                _world["ben"].Append();
                _world["ben"].Signal("typing", """{"from":"cat","to":"ben","on":true}""");
            }
        });
        for (var round = 0; round < 60; round++)
        {
            allowed.Release(WritesPerChange);
            await client.OkAsync($$"""{"id":{{(round * 2) + 1}},"op":"link.add","accounts":[{"account":"ben","password":"password-1"}]}""");
            allowed.Release(WritesPerChange);
            await client.OkAsync($$"""{"id":{{(round * 2) + 2}},"op":"link.remove","account":"ben"}""");
        }

        allowed.Release(WritesPerChange);
        await client.OkAsync("""{"id":500,"op":"link.add","accounts":[{"account":"ben","password":"password-1"}]}""");
        await stop.CancelAsync();
        allowed.Release();
        await writing;
        await client.UntilAsync(_ => client.Seqs("ben").LastOrDefault() >= _world["ben"].Head || LastPage(client, "ben") >= _world["ben"].Head, "the last entry");

        var inSession = false;
        long? next = null;
        foreach (var frame in client.Frames.Where(f => f.TryGetProperty("account", out var account) && account.GetString() == "ben"))
        {
            switch (frame.GetProperty("ev").GetString())
            {
                case "page":
                    (inSession, next) = (true, frame.GetProperty("data").GetProperty("cursor").GetInt64() + 1);
                    break;
                case "pageGone":
                    inSession = false;
                    break;
                case "message":
                    Assert.True(inSession, "A message after pageGone");
                    Assert.Equal(next++, frame.GetProperty("seq").GetInt64());
                    break;
                default:
                    Assert.True(inSession, "A signal after pageGone");
                    break;
            }
        }
    }

    private static long LastPage(StreamClient client, string account) => client.Frames
        .LastOrDefault(f => f.TryGetProperty("ev", out var ev) && ev.GetString() == "page" && f.GetProperty("account").GetString() == account) is { ValueKind: not System.Text.Json.JsonValueKind.Undefined } page
        ? page.GetProperty("data").GetProperty("cursor").GetInt64()
        : -1;

    private static bool Nudge(StreamClient client)
    {
        _ = client.SendAsync("""{"id":77,"op":"ping"}""");
        return false;
    }

    private static void AssertNothingAfterGone(StreamClient client, string account)
    {
        var after = client.Frames.SkipWhile(f => !(f.TryGetProperty("ev", out var ev) && ev.GetString() == "pageGone" && f.GetProperty("account").GetString() == account)).Skip(1);
        Assert.DoesNotContain(after, f => f.TryGetProperty("account", out var of) && of.GetString() == account);
    }
}
