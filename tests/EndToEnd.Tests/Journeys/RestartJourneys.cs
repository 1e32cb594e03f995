using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>Mission L1, P3: everything was stored before it was acknowledged.</summary>
public sealed class RestartJourneys
{
    [Fact]
    public async Task Link_AfterARestart_IsThereAtTheNextSignIn()
    {
        await using var server = await TestServer.StartAsync();
        var (work, game, other) = (await server.RegisterAsync("work"), await server.RegisterAsync("game"), await server.RegisterAsync("other"));
        string token;
        await using (var client = await server.SdkAsync(work))
        {
            await client.AddLinksAsync([new LinkRequest(game, TestServer.Password), new LinkRequest(other, TestServer.Password, "master")]);
            token = client.Token!;
        }

        await server.RestartAsync();

        await using var again = await server.SdkAsync(work);
        Assert.Equal(new[] { work, game, other }.Order(), again.Pages.Keys.Order());
        Assert.Equal("secondary", again.Pages[game].Role);
        await using var secondary = await server.SdkAsync(game);
        Assert.Equal([game], secondary.Pages.Keys);
        await using var byToken = server.Sdk();
        await byToken.ConnectAsync(new Session(work, token));
        Assert.Equal(3, byToken.Pages.Count);
    }

    [Fact]
    public async Task Token_SignedOutBeforeARestart_IsDeadAfterIt()
    {
        await using var server = await TestServer.StartAsync();
        var account = await server.RegisterAsync();
        var (dead, alive) = (await server.LogInAsync(account), await server.LogInAsync(account));
        (await Api.PostAsync(server.Address, "v1/logout", new { }, dead)).Expect(204);

        await server.RestartAsync();

        await using var client = server.Sdk();
        var refused = await Assert.ThrowsAsync<ImException>(() => client.ConnectAsync(new Session(account, dead)));
        Assert.Equal("unauthenticated", refused.Code);
        await client.ConnectAsync(new Session(account, alive));
    }

    [Fact]
    public async Task Cid_RepeatedAfterARestart_GivesTheSameAnswer()
    {
        await using var server = await TestServer.StartAsync();
        using var ann = await server.JoinAsync("ann");
        using var ben = await server.JoinAsync("ben");
        await ann.BefriendAsync(ben);
        var sent = await ann.MessageAsync(ben.Account, "once", "the-cid");
        var cursor = sent.Number("seq");

        await server.RestartAsync();
        await ann.ByeAsync(4000);

        using var back = await server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = cursor });
        Assert.True(back.Page(ann.Account).GetProperty("resumed").GetBoolean());
        Assert.Equal(sent.GetRawText(), (await back.MessageAsync(ben.Account, "once", "the-cid")).GetRawText());
        using var peer = await server.SignInAsync(ben.Account);
        Assert.Single(await peer.LogAsync(ben.Account), e => e.Text("ev") == "message");
        Assert.Single(await back.LogAsync(ann.Account), e => e.Text("ev") == "message");
    }

    [Fact]
    public async Task Client_OverARestart_ReconnectsAndSendsWhatWaited()
    {
        await using var server = await TestServer.StartAsync();
        var (a, b) = (await server.RegisterAsync("ann"), await server.RegisterAsync("ben"));
        await using var ann = await server.SdkAsync(a);
        await using var ben = await server.SdkAsync(b);
        await ann.RequestContactAsync(a, b);
        await ben.AcceptContactAsync(b, a);
        await ann.ShowsAsync(a, page => page.Contacts.TryGetValue(b, out var contact) && contact.State == "friend", "the friend");
        var got = new List<(long Seq, string Body)>();
        using var watch = ben.On<MessageReceived>(message =>
        {
            lock (got)
            {
                got.Add((message.Seq!.Value, message.Body));
            }
        });
        await ann.SendAsync(a, b, "0");

        await server.StopAsync();
        var waiting = Enumerable.Range(1, 5).Select(i => ann.SendAsync(a, b, $"{i}")).ToArray();
        await server.StartAgainAsync();
        await Task.WhenAll(waiting).WaitAsync(RawClient.Patience);
        await ann.SendAsync(a, b, "6");

        await Eventually.TrueAsync(() => Count() >= 7, "seven messages at the other side", RawClient.Patience);
        Assert.Equal(["0", "1", "2", "3", "4", "5", "6"], got.Select(one => one.Body));
        got.Select(one => one.Seq).AssertGapless(got[0].Seq, b);

        int Count()
        {
            lock (got)
            {
                return got.Count;
            }
        }
    }
}
