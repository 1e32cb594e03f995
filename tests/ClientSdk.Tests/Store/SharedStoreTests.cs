using OrleansIM.Client.Tests.Scripted;

namespace OrleansIM.Client.Tests.Store;

/// <summary>Two programs on one device, an IM client and a mail client, with one session and one folder.</summary>
public sealed class SharedStoreTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Message_OfAProgramThatLives_IsLeftAlone_AndTakenUpWhenItIsKilled()
    {
        await using var other = OtherProgram.Start(_folder.Path, "hello");
        Assert.Equal(["hello"], await other.OutboxAsync());

        await using (var client = Client())
        {
            await client.OpenAsync(OtherProgram.Session).Time("the store");
            Assert.Empty(client.Outbox());
        }

        await other.KillAsync();
        await using var heir = Client();
        await using var second = Client();
        await Task.WhenAll(heir.OpenAsync(OtherProgram.Session), second.OpenAsync(OtherProgram.Session)).Time("the store");
        Assert.Equal(["hello"], heir.Outbox().Concat(second.Outbox()).Select(message => message.Cid));
    }

    [Fact]
    public async Task Message_ThatADeadOneLeft_IsTakenUpByOneOfTwoProgramsThatStart()
    {
        await using (var dead = OtherProgram.Start(_folder.Path, "hello"))
        {
            await dead.OutboxAsync();
        }

        await using var one = OtherProgram.Start(_folder.Path);
        await using var two = OtherProgram.Start(_folder.Path);
        Assert.Equal(["hello"], (await Task.WhenAll(one.OutboxAsync(), two.OutboxAsync())).SelectMany(cids => cids));
    }

    [Fact]
    public async Task Messages_ThatDeadOnesLeft_AreTakenUpOnceEach_ByManyAtOnce()
    {
        for (var round = 0; round < 5; round++)
        {
            var left = new List<string>();
            for (var i = 0; i < 3; i++)
            {
                await using var dead = Client();
                await dead.OpenAsync(OtherProgram.Session).Time("the store");
                left.AddRange(dead.Outbox().Select(message => message.Cid));
                left.Add((await dead.EnqueueAsync("ann", "ben", "x").Time("the store")).Cid);
                left = [.. left.Distinct()];
            }

            var clients = Enumerable.Range(0, 4).Select(_ => Client()).ToArray();
            await Task.WhenAll(clients.Select(client => client.OpenAsync(OtherProgram.Session))).Time("the store");
            Assert.Equal(left.Order(), clients.SelectMany(client => client.Outbox()).Select(message => message.Cid).Order());
            foreach (var message in clients.SelectMany(client => client.Outbox().Select(message => (client, message))).ToArray())
            {
                Assert.True(message.client.Discard(message.message.Cid));
            }

            await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask())).Time("the clients to be disposed");
        }

        Assert.Empty(_folder.Files("*.owner"));
    }

    [Fact]
    public async Task Message_ThatAnotherLeft_IsSentAtTheNextReconnect()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = new FileStore(_folder.Path) });
        await using (var other = session.Server.Client(with: options => options with { Store = new FileStore(_folder.Path) }))
        {
            await other.OpenAsync(new Session("ann", "t1")).Time("the store");
            await other.EnqueueAsync("ann", "ben", "left", cid: "c1").Time("the store");
        }

        session.Stream.Abort();
        var again = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
        Assert.Equal("c1", (await again.StoreAsync(1)).Text("cid"));
        await session.Events.ShowsAsync(message => message is { Cid: "c1", State: MessageState.Sent });
        again.Abort();
    }

    [Fact]
    public async Task SignOut_OfOneProgram_LeavesWhatAnotherThatLivesHasToSend()
    {
        await using var session = await SignedIn.StartAsync(with: options => options with { Store = new FileStore(_folder.Path) });
        await session.Client.EnqueueAsync("ann", "ben", "mine", cid: "mine").Time("the store");
        await using var other = session.Server.Client(with: options => options with { Store = new FileStore(_folder.Path) });
        await other.OpenAsync(new Session("ann", "of another sign-in")).Time("the store");
        await other.EnqueueAsync("ann", "ben", "left", cid: "c1").Time("the store");
        session.Stream.Abort();
        await session.Client.SignOutAsync().Time("the sign-out");

        var scope = $"http://127.0.0.1:{session.Server.Address.Port} ann";
        Assert.Equal(["ann/out/c1"], (await new FileStore(_folder.Path).ReadAsync(scope)).Select(record => record.Key));
        Assert.Single(other.Outbox());
    }

    private ImClient Client() => new(new ImClientOptions { Server = OtherProgram.NoServer, Store = new FileStore(_folder.Path) });
}
