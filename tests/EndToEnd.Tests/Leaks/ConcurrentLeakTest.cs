using System.Diagnostics;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Protocol;
using Xunit.Abstractions;

namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>
/// Mission L14, everything at once: in every family links and sessions change in rounds of several requests at a time,
/// while messages go between all families without a pause.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class ConcurrentLeakTest(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Rounds = 12;
    private const int Senders = 4;

    private readonly Rights[] _rights = [.. Enumerable.Range(0, LeakWorld.Families).Select(_ => new Rights())];
    private LeakWorld _world = null!;
    private volatile bool _isOver;

    [Fact]
    public async Task Everything_AtOnce_ReachesNobodyWhoMayNotSeeIt()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var errors = fixture.Server.Errors.Count;
        using var world = _world = await LeakWorld.CreateAsync(fixture.Server, new Random(seed));
        await Task.WhenAll(world.Accounts.Select(world.SignInAsync));

        var senders = Enumerable.Range(0, Senders).Select(i => Task.Run(() => SendOnAndOnAsync(i, new Random(seed + 100 + i)))).ToArray();
        try
        {
            await Task.WhenAll(Enumerable.Range(0, LeakWorld.Families).Select(family => Task.Run(() => ChangeAsync(family, new Random(seed + family)))));
        }
        finally
        {
            _isOver = true;
            await Task.WhenAll(senders);
        }

        await world.CheckEndAsync(MaySee);
        CheckLeaks(seed);
        Assert.Empty(fixture.Server.Errors.Skip(errors));
        Assert.True(world.Sent.Values.Count(sent => sent.IsDone) > 100, $"only {world.Sent.Count} messages were sent");
    }

    private bool MaySee(string viewer, string account) => viewer == account
        || (_world.FamilyOf(viewer) == _world.FamilyOf(account) && _rights[_world.FamilyOf(viewer)].MaySee(viewer, account));

    private async Task SendOnAndOnAsync(int sender, Random random)
    {
        for (var i = 0; !_isOver; i++)
        {
            var (one, other) = _world.Friends[random.Next(_world.Friends.Count)];
            var (from, to) = random.Next(2) == 0 ? (one, other) : (other, one);
            if (_world.Watchers.FirstOrDefault(watcher => watcher.IsOpen && watcher.Viewer == from) is not { } speaker)
            {
                continue;
            }

            var body = $"message {sender}.{i}";
            var sent = _world.Sent[body] = new SentBody(from, to, 0);
            try
            {
                sent.IsDone = (await speaker.Client.AskAsync("send", new { @as = from, to, body, cid = body })).Has("ok");
            }
            catch (Exception over) when (over is StreamEndedException or System.Net.WebSockets.WebSocketException)
            {
                // It was signed out in this moment: the message may be there or not.
            }
        }
    }

    private async Task ChangeAsync(int family, Random random)
    {
        var members = _world.Family(family).ToArray();
        for (var round = 0; round < Rounds; round++)
        {
            _rights[family].Open();
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => ChangeAsync(members, random.Next(100), random.Next(), random.Next())));
            await LookAtSessionsAsync(members);
            _rights[family].Close(await LookAsync(members));

            // Some messages while nothing changes, so that there is something to see.
            var before = _world.Sent.Count;
            await Eventually.TrueAsync(() => _world.Sent.Count >= before + 5, "messages between two rounds", RawClient.Patience);
        }
    }

    private async Task ChangeAsync(string[] members, int what, int one, int other)
    {
        var (account, role) = (members[other % members.Length], other % 2 == 0 ? "master" : "secondary");
        var open = _world.Watchers.Where(watcher => watcher.IsOpen && members.Contains(watcher.Viewer)).ToArray();
        if (open.Length == 0)
        {
            return;
        }

        var by = open[one % open.Length];
        try
        {
            switch (what)
            {
                case < 40:
                    await by.Client.AskAsync("link.add", new { accounts = new[] { new { account, password = TestServer.Password, role } } });
                    break;
                case < 60:
                    await by.Client.AskAsync("link.remove", new { account });
                    break;
                case < 75:
                    await by.Client.AskAsync("link.role", new { account, role });
                    break;
                case < 88 when open.Length < 12:
                    await TrySignInAsync(account);
                    break;
                default:
                    await _world.SignOutAsync(by, everywhere: what >= 97);
                    break;
            }
        }
        catch (Exception over) when (over is StreamEndedException or System.Net.WebSockets.WebSocketException)
        {
            // Its session was signed out by another request of the round.
        }
    }

    private async Task TrySignInAsync(string account)
    {
        var token = await _world.Server.LogInAsync(account);
        try
        {
            await _world.ConnectAsync(account, token);
        }
        catch (Exception over) when (over is StreamEndedException or Xunit.Sdk.XunitException)
        {
            // Signed out everywhere in this moment: then the token has to be dead.
            var answer = await Api.PostAsync(_world.Server.Address, "v1/logout", new { }, token);
            Assert.True(answer.Status == 401, $"{account} could not connect with a token that is good: {over}");
        }
    }

    /// <summary>Finds out which sessions a round has ended.</summary>
    private async Task LookAtSessionsAsync(string[] members)
    {
        foreach (var watcher in _world.Watchers.Where(watcher => watcher.IsOpen && members.Contains(watcher.Viewer)))
        {
            try
            {
                await watcher.Client.SettleAsync();
            }
            catch (Exception over) when (over is StreamEndedException or System.Net.WebSockets.WebSocketException)
            {
                Assert.Equal(CloseCodes.SignedOut, await watcher.Client.EndAsync());
                watcher.ClosedAt = Stopwatch.GetTimestamp();
            }
        }
    }

    /// <summary>What the server says about each account: a master's list has all it sees.</summary>
    private async Task<HashSet<(string Viewer, string Account)>> LookAsync(string[] members)
    {
        var seen = new HashSet<(string Viewer, string Account)>();
        foreach (var viewer in members)
        {
            using var probe = await _world.Server.SignInAsync(viewer);
            seen.UnionWith((await probe.OkAsync("link.list")).Each("members", "account").Select(account => (viewer, account)));
        }

        return seen;
    }

    private void CheckLeaks(int seed)
    {
        foreach (var watcher in _world.Watchers)
        {
            foreach (var frame in watcher.Client.Frames.Where(frame => frame.Account is not null))
            {
                var account = frame.Account!;
                var isFamily = _world.FamilyOf(account) == _world.FamilyOf(watcher.Viewer);
                Assert.True(isFamily, $"seed {seed}: {watcher} got something of another family: {frame}");
                foreach (var sent in Watcher.Bodies(frame).Select(body => _world.Sent[body]))
                {
                    Assert.True(sent.Concerns(account), $"seed {seed}: {frame} is not of {account}");
                    Assert.True(
                        _rights[_world.FamilyOf(account)].CouldSee(watcher.Viewer, account, sent.BeganAt, frame.At), $"seed {seed}: leaked to {watcher}: {frame}");
                    Assert.False(
                        frame.Is("message") && watcher.ClosedAt < sent.BeganAt, $"seed {seed}: {watcher} got {frame} after its sign-out was answered");
                }
            }
        }
    }
}
