using System.Collections.Concurrent;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Process;

/// <summary>
/// Two friends. One writes as fast as answers come, several messages at a time, and keeps book of what was acknowledged,
/// over as many servers as there are.
/// </summary>
internal sealed class Chatter(string from, string to) : IDisposable
{
    private const int AtATime = 8;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<(string Id, long Seq, string Body)> _acknowledged = new();
    private RawClient? _writer;
    private int _next;
    private volatile bool _isStopping;

    public int Acknowledged => _acknowledged.Count;

    /// <summary>How often a message was refused for the moment.</summary>
    public int Refused { get; private set; }

    public RawClient Writer => _writer!;

    /// <summary>Makes both accounts, and friends of them.</summary>
    public static async Task<Chatter> MeetAsync(Uri server)
    {
        var names = new[] { TestServer.NewName("from"), TestServer.NewName("to") };
        var people = new List<RawClient>();
        foreach (var account in names)
        {
            (await Api.PostAsync(server, "v1/accounts", new { account, password = TestServer.Password })).Expect(201);
            people.Add(await ConnectAsync(server, account));
        }

        await people[0].BefriendAsync(people[1]);
        people.ForEach(one => one.Dispose());
        return new Chatter(names[0], names[1]);
    }

    public async Task SignInAsync(Uri server)
    {
        _writer?.Dispose();
        _writer = await ConnectAsync(server, from);
    }

    /// <summary>
    /// Writes until the stream ends, or so many are acknowledged. What the server cannot do right now is asked for again
    /// with the same <c>cid</c>, as the protocol has it.
    /// </summary>
    public async Task WriteAsync(int until = int.MaxValue)
    {
        var underWay = new Queue<(Task<JsonElement> Answer, string Body)>();
        try
        {
            while (WantsMore() || underWay.Count > 0)
            {
                if (underWay.Count < AtATime && WantsMore())
                {
                    var body = $"{_next++}";
                    underWay.Enqueue((await BeginAsync(body), body));
                    continue;
                }

                var (answer, text) = underWay.Dequeue();
                if (!TryAcknowledge(await answer, text))
                {
                    await Task.Delay(s_pause);
                    underWay.Enqueue((await BeginAsync(text), text));
                }
            }

            bool WantsMore() => !_isStopping && Acknowledged + underWay.Count < until;
        }
        catch (Exception ended) when (ended is StreamEndedException or System.Net.WebSockets.WebSocketException or ObjectDisposedException)
        {
            // What was not acknowledged may or may not be there; what was asked before may still have been answered.
            foreach (var (answer, text) in underWay)
            {
                await answer.ContinueWith(_ => { }, TaskScheduler.Default);
                if (answer.IsCompletedSuccessfully)
                {
                    TryAcknowledge(await answer, text);
                }
            }
        }
    }

    /// <summary>Begins nothing new; what is under way is written until it is acknowledged.</summary>
    public void Stop() => _isStopping = true;

    /// <summary>Everything acknowledged is in both logs once, and neither has a hole.</summary>
    public async Task CheckAsync(Uri server)
    {
        // The writer first: what it owes to the other log is delivered as soon as it is back.
        using var writer = await ConnectAsync(server, from);
        using var reader = await ConnectAsync(server, to);
        var mine = await writer.LogAsync(from);
        var messages = Messages(mine).ToLookup(message => message.Id);
        foreach (var (id, seq, body) in _acknowledged)
        {
            var stored = Assert.Single(messages[id]);
            Assert.Equal((seq, body), (stored.Seq, stored.Body));
        }

        var ids = Messages(mine).Select(message => message.Id).ToArray();
        Assert.Equal(ids.Length, Messages(mine).Select(message => message.Body).Distinct().Count());
        JsonElement[] theirs = [];
        await Eventually.TrueAsync(
            async () => Messages(theirs = await reader.LogAsync(to)).Count() >= ids.Length, $"{ids.Length} messages in the other log", RawClient.Patience);
        Assert.Equal(ids.Order(), Messages(theirs).Select(message => message.Id).Order());
        mine.Select(entry => entry.Number("seq")).AssertGapless(1, from);
        theirs.Select(entry => entry.Number("seq")).AssertGapless(1, to);
    }

    public void Dispose() => _writer?.Dispose();

    private Task<Task<JsonElement>> BeginAsync(string body) => _writer!.BeginAsync("send", new { @as = from, to, body, cid = $"cid-{body}" });

    /// <summary>False if the server could not do it right now.</summary>
    private bool TryAcknowledge(JsonElement answer, string body)
    {
        if (answer.TryGetProperty("ok", out var ok))
        {
            _acknowledged.Enqueue((ok.Text("id"), ok.Number("seq"), body));
            return true;
        }

        Assert.True(answer.GetProperty("err").Text("code") == "unavailable", $"Expected that {body} is sent, got {answer}");
        Refused++;
        return false;
    }

    private static IEnumerable<(string Id, long Seq, string Body)> Messages(JsonElement[] log) => log
        .Where(entry => entry.Text("ev") == "message")
        .Select(entry => (entry.GetProperty("data").Text("id"), entry.Number("seq"), entry.GetProperty("data").Text("body")));

    private static async Task<RawClient> ConnectAsync(Uri server, string account)
    {
        var login = await Api.PostAsync(server, "v1/login", new { login = account, password = TestServer.Password });
        var client = await RawClient.OpenAsync(server);
        await client.HelloAsync(account, login.Expect(200).Text("token"));
        return client;
    }
}
