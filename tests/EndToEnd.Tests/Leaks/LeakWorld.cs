using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>Fifty accounts in ten families, friends partly, and the sessions that watch them.</summary>
internal sealed class LeakWorld : IDisposable
{
    public const int Families = 10;
    public const int PerFamily = 5;

    private readonly List<Watcher> _watchers = [];
    private readonly Lock _gate = new();

    private LeakWorld(TestServer server, string[] accounts) => (Server, Accounts) = (server, accounts);

    public TestServer Server { get; }

    /// <summary>All accounts; those of a family stand together.</summary>
    public string[] Accounts { get; }

    public List<(string One, string Other)> Friends { get; } = [];

    /// <summary>Every message by its body.</summary>
    public ConcurrentDictionary<string, SentBody> Sent { get; } = new();

    public Watcher[] Watchers
    {
        get
        {
            lock (_gate)
            {
                return [.. _watchers];
            }
        }
    }

    public static async Task<LeakWorld> CreateAsync(TestServer server, Random random)
    {
        var accounts = await Task.WhenAll(Enumerable.Range(0, Families * PerFamily).Select(i => server.RegisterAsync($"f{i / PerFamily}")));
        var world = new LeakWorld(server, accounts);
        var first = await Task.WhenAll(accounts.Select(account => server.SignInAsync(account)));
        for (var i = 0; i < accounts.Length; i++)
        {
            // One friend in the family and one outside: both sides of a message may be in one session, or not.
            foreach (var j in new[] { (i / PerFamily * PerFamily) + ((i + 1) % PerFamily), (i + PerFamily + random.Next(accounts.Length - (2 * PerFamily))) % accounts.Length })
            {
                if (!world.Friends.Contains((accounts[i], accounts[j])) && !world.Friends.Contains((accounts[j], accounts[i])))
                {
                    await first[i].BefriendAsync(first[j]);
                    world.Friends.Add((accounts[i], accounts[j]));
                }
            }
        }

        foreach (var client in first)
        {
            client.Dispose();
        }

        return world;
    }

    public IEnumerable<string> Family(int index) => Accounts.Skip(index * PerFamily).Take(PerFamily);

    public int FamilyOf(string account) => Array.IndexOf(Accounts, account) / PerFamily;

    public async Task<Watcher> SignInAsync(string account) => await ConnectAsync(account, await Server.LogInAsync(account));

    public async Task<Watcher> ConnectAsync(string account, string token)
    {
        var watcher = new Watcher(await Server.ConnectAsync(account, token));
        lock (_gate)
        {
            _watchers.Add(watcher);
        }

        return watcher;
    }

    /// <summary>Signs a session out, or every session of its account that was there before.</summary>
    /// <returns>False if its token was dead already.</returns>
    public async Task<bool> SignOutAsync(Watcher watcher, bool everywhere)
    {
        var ending = everywhere ? Watchers.Where(one => one.IsOpen && one.Viewer == watcher.Viewer).ToArray() : [watcher];
        var answer = await Api.PostAsync(Server.Address, "v1/logout", new { everywhere }, watcher.Client.Token);
        if (answer.Status == 401)
        {
            watcher.ClosedAt ??= Stopwatch.GetTimestamp();
            return false;
        }

        answer.Expect(204);
        foreach (var ended in ending)
        {
            ended.ClosedAt ??= Stopwatch.GetTimestamp();
        }

        return true;
    }

    /// <summary>
    /// At the end every session that lives has every page it is entitled to, up to the end of the log; and every message
    /// that was acknowledged is in both logs once.
    /// </summary>
    public async Task CheckEndAsync(Func<string, string, bool> maySee)
    {
        foreach (var account in Accounts)
        {
            using var reader = await Server.SignInAsync(account);
            var log = await reader.LogAsync(account);
            log.Select(entry => entry.Number("seq")).AssertGapless(1, account);
            var bodies = log.Where(entry => entry.Text("ev") == "message").Select(entry => entry.GetProperty("data").Text("body")).ToArray();
            Assert.Equal(bodies.Length, bodies.Distinct().Count());
            Assert.Empty(Sent.Where(sent => sent.Value.IsDone && sent.Value.Concerns(account)).Select(sent => sent.Key).Except(bodies));

            foreach (var watcher in Watchers.Where(one => one.IsOpen && maySee(one.Viewer, account)))
            {
                await Eventually.TrueAsync(
                    () => watcher.Client.HasEnded || watcher.CheckStream().GetValueOrDefault(account) >= log[^1].Number("seq"), $"{watcher} to have all of {account}", RawClient.Patience);
                Assert.False(watcher.Client.HasEnded, $"{watcher} has ended ({watcher.Client.CloseCode})");
            }
        }

        foreach (var watcher in Watchers)
        {
            await (watcher.IsOpen ? watcher.Client.SettleAsync() : watcher.Client.EndAsync());
            var open = watcher.CheckStream().Keys;
            if (watcher.IsOpen)
            {
                Assert.Equal(Accounts.Where(account => maySee(watcher.Viewer, account)).Order(), open.Order());
            }
        }
    }

    public void Dispose()
    {
        foreach (var watcher in Watchers)
        {
            watcher.Client.Dispose();
        }
    }
}

/// <summary>A message that was sent: between whom, and when.</summary>
internal sealed class SentBody(string from, string to, int step)
{
    public int Step { get; } = step;

    /// <summary>When the request was begun.</summary>
    public long BeganAt { get; } = Stopwatch.GetTimestamp();

    public bool IsDone { get; set; }

    public bool Concerns(string account) => account == from || account == to;
}
