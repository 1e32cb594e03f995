using OrleansIM.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace OrleansIM.EndToEnd.Tests.Leaks;

/// <summary>
/// Mission L14, one step after the other: a model knows after each answer who may see what, and no message that is sent
/// afterwards may reach anybody else, while everybody who may see it gets it.
/// </summary>
[Collection(ServerCollection.Name)]
public sealed class SequentialLeakTest(ServerFixture fixture, ITestOutputHelper output)
{
    private const int Steps = 400;
    private const int MostSessions = 40;

    private readonly LinkModel _links = new();
    private readonly List<Dictionary<string, Watcher[]>> _entitled = [];
    private LeakWorld _world = null!;
    private Random _random = null!;
    private int _waits;
    private int _provoked;

    [Theory]
    [InlineData(20250711)]
    [InlineData(null)]
    public async Task Everything_InAnyOrder_ReachesWhoMaySeeItAndNobodyElse(int? seed)
    {
        var used = seed ?? Random.Shared.Next();
        output.WriteLine($"seed {used}");
        _random = new Random(used);
        var errors = fixture.Server.Errors.Count;
        using var world = _world = await LeakWorld.CreateAsync(fixture.Server, _random);
        while (world.Watchers.Length < 30)
        {
            await world.SignInAsync(Any(world.Accounts));
        }

        for (var step = 0; step < Steps; step++)
        {
            try
            {
                await StepAsync(step);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"seed {used}, step {step}: {failure.Message}", failure);
            }

            _entitled.Add(world.Accounts.ToDictionary(account => account, Entitled));
        }

        await world.CheckEndAsync(_links.MaySee);
        CheckLeaks(used);
        Assert.Empty(fixture.Server.Errors.Skip(errors));
        output.WriteLine($"{_waits} messages were looked for, {_provoked} provoked");
        Assert.True(_waits > 20 && _provoked > 5, $"only {_waits} messages were looked for, {_provoked} provoked");
    }

    private Watcher[] Open => [.. _world.Watchers.Where(watcher => watcher.IsOpen)];

    private Watcher[] Entitled(string account) => [.. Open.Where(watcher => _links.MaySee(watcher.Viewer, account))];

    private async Task StepAsync(int step)
    {
        switch (_random.Next(100))
        {
            case < 45:
                await SendAsync(step);
                break;
            case < 60:
                await AddAsync();
                break;
            case < 68:
                await ChangeAsync(step, "link.remove", (by, account) => _links.Remove(by, account), account => new { account });
                break;
            case < 80:
                var role = _random.Next(2) == 0 ? "master" : "secondary";
                await ChangeAsync(step, "link.role", (by, account) => _links.SetRole(by, account, role == "master"), account => new { account, role });
                break;
            case < 88 when Open.Length < MostSessions:
                await _world.SignInAsync(Any(_world.Accounts));
                break;
            case < 93 when Open.Length > 20:
                Assert.True(await _world.SignOutAsync(Any(Open), everywhere: false));
                break;
            case < 94:
                Assert.True(await _world.SignOutAsync(Any(Open), everywhere: true));
                break;
            default:
                var watcher = Any(Open);
                await watcher.Client.OkAsync("profile.set", new { @as = watcher.Viewer, displayName = $"p{step}" });
                break;
        }
    }

    private async Task SendAsync(int step)
    {
        var (one, other) = Any(_world.Friends);
        var (from, to) = _random.Next(2) == 0 ? (one, other) : (other, one);
        if (await SendAsync(step, from, to) is { } body && _random.Next(2) == 0)
        {
            // Half of them are waited for; the other half is on its way while the next step changes the rights.
            _waits++;
            foreach (var (account, watcher) in new[] { from, to }.SelectMany(account => Entitled(account).Select(watcher => (account, watcher))))
            {
                await watcher.Client.AnyAsync(e => e.Account == account && Watcher.Bodies(e).Contains(body), $"{body} at {account} in {watcher}");
            }
        }
    }

    /// <summary>Sends, if a session can; answers the body.</summary>
    private async Task<string?> SendAsync(int step, string from, string to)
    {
        if (Entitled(from) is not { Length: > 0 } speakers)
        {
            return null;
        }

        // The page of an account that was linked a moment ago may be on its way.
        var speaker = Any(speakers).Client;
        await speaker.AnyAsync(e => e.Is("page", from), $"the page of {from}");
        var body = $"message {_world.Sent.Count}";
        var sent = _world.Sent[body] = new SentBody(from, to, step);
        await Eventually.TrueAsync(
            async () => (await speaker.AskAsync("send", new { @as = from, to, body, cid = body })).Has("ok"), $"{speaker.Account} to speak as {from}", RawClient.Patience);
        sent.IsDone = true;
        return body;
    }

    /// <summary>Whoever has just lost sight of an account is tried at once: something happens there.</summary>
    private async Task ProvokeAsync(int step, Dictionary<string, Watcher[]> before)
    {
        foreach (var account in _world.Accounts.Where(account => before[account].Except(Entitled(account)).Any(watcher => watcher.IsOpen)).ToArray())
        {
            foreach (var (one, other) in _world.Friends.Where(pair => pair.One == account || pair.Other == account).Take(3))
            {
                _provoked += await SendAsync(step, one == account ? other : one, account) is null ? 0 : 1;
            }
        }
    }

    private async Task AddAsync()
    {
        var by = Any(Open);
        // Now and then somebody of another family, so that groups meet.
        var account = _random.Next(6) == 0 ? Any(_world.Accounts) : Any(_world.Family(_world.FamilyOf(by.Viewer)));
        var role = _random.Next(3) == 0 ? "master" : "secondary";
        var answer = await by.Client.AskAsync("link.add", new { accounts = new[] { new { account, password = TestServer.Password, role } } });
        var got = answer.TryGetProperty("err", out var error) ? error.Text("code")
            : answer.GetProperty("ok").List("linked").Length == 1 ? "linked"
            : answer.GetProperty("ok").List("rejected")[0].Text("reason");
        Assert.Equal(_links.Add(by.Viewer, account, role == "master"), got);
    }

    private async Task ChangeAsync(int step, string op, Func<string, string, string?> model, Func<string, object> fields)
    {
        // Mostly somebody who sees others, so that there is something to lose.
        var masters = Open.Where(watcher => _world.Accounts.Count(one => _links.MaySee(watcher.Viewer, one)) > 1).ToArray();
        var by = masters.Length > 0 && _random.Next(4) > 0 ? Any(masters) : Any(Open);
        var account = Any(_world.Family(_world.FamilyOf(by.Viewer)));
        var before = _world.Accounts.ToDictionary(one => one, Entitled);
        var answer = await by.Client.AskAsync(op, fields(account));
        Assert.Equal(model(by.Viewer, account), answer.TryGetProperty("err", out var error) ? error.Text("code") : null);
        await ProvokeAsync(step, before);
    }

    /// <summary>Every message that came: whoever got it live could see the account when it was sent; with a page, then or later.</summary>
    private void CheckLeaks(int seed)
    {
        foreach (var watcher in _world.Watchers)
        {
            foreach (var frame in watcher.Client.Frames.Where(frame => frame.Account is not null))
            {
                var account = frame.Account!;
                foreach (var sent in Watcher.Bodies(frame).Select(body => _world.Sent[body]))
                {
                    Assert.True(sent.Concerns(account), $"seed {seed}: {frame} is not of {account}");
                    var steps = frame.Is("page") ? _entitled.Skip(sent.Step) : [_entitled[sent.Step]];
                    Assert.True(steps.Any(step => step[account].Contains(watcher)), $"seed {seed}: leaked to {watcher}: {frame}, sent in step {sent.Step}");
                }

                if (frame.Is("profile") && frame.Data.GetProperty("profile").Text("displayName") is ['p', .. var number])
                {
                    var step = int.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
                    Assert.True(_entitled[step][account].Contains(watcher), $"seed {seed}: leaked to {watcher}: {frame}, of step {step}");
                }

                Assert.True(
                    account == watcher.Viewer || _entitled.Any(step => step[account].Contains(watcher)), $"seed {seed}: {watcher} never saw {account}, and got {frame}");
            }
        }
    }

    private T Any<T>(IEnumerable<T> some)
    {
        var all = some.ToArray();
        return all[_random.Next(all.Length)];
    }
}
