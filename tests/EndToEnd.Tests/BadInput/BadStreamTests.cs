using System.Net.WebSockets;
using System.Text;
using OrleansIM.EndToEnd.Tests.Support;
using OrleansIM.Protocol;

namespace OrleansIM.EndToEnd.Tests.BadInput;

/// <summary>What the stream says to bad frames, and that honest sessions do not notice.</summary>
[Collection(ServerCollection.Name)]
public sealed class BadStreamTests(ServerFixture fixture) : IAsyncLifetime
{
    private readonly TestServer _server = fixture.Server;
    private RawClient _honest = null!;
    private RawClient _friend = null!;
    private int _errors;

    public async Task InitializeAsync()
    {
        _errors = _server.Errors.Count;
        (_honest, _friend) = (await _server.JoinAsync("honest"), await _server.JoinAsync("friend"));
        await _honest.BefriendAsync(_friend);
    }

    /// <summary>After every test: the sessions that were there all the time still work, and nothing was logged as a fault.</summary>
    public async Task DisposeAsync()
    {
        await _honest.MessageAsync(_friend.Account, "still here");
        await _friend.AnyAsync(e => e.Is("message", _friend.Account) && e.Data.Text("body") == "still here", "a message between honest people");
        Assert.Empty(_server.Errors.Skip(_errors));
        _honest.Dispose();
        _friend.Dispose();
    }

    [Fact]
    public async Task Frames_BeforeHello_AreAnsweredAsTheProtocolSays()
    {
        await CheckAsync(BadFrames.BeforeHello, () => RawClient.OpenAsync(_server.Address));
    }

    [Fact]
    public async Task Frames_AfterHello_AreAnsweredAsTheProtocolSays()
    {
        await CheckAsync(BadFrames.AfterHello, () => _server.ConnectAsync(_honest.Account, _honest.Token));
    }

    [Fact]
    public async Task Frames_ThatAreNoText_CloseTheStream()
    {
        foreach (var (name, frame, isBinary) in BadFrames.Raw)
        {
            using var client = await _server.ConnectAsync(_honest.Account, _honest.Token);
            try
            {
                await client.SendAsync(frame, isBinary ? WebSocketMessageType.Binary : WebSocketMessageType.Text);
            }
            catch (WebSocketException)
            {
                // Closed while it was still being sent.
            }

            var code = await client.EndAsync();
            Assert.True(code is CloseCodes.ProtocolError, $"{name}: ended with {code}");
        }
    }

    [Fact]
    public async Task Text_ThatIsNotUtf8_ClosesTheStream()
    {
        using var client = await _server.ConnectAsync(_honest.Account, _honest.Token);

        await client.SendAsync([.. Encoding.UTF8.GetBytes("{\"id\":1,\"op\":\"ping\",\"x\":\""), 0xC3, 0x28, 0xFF, .. "\"}"u8]);

        // A WebSocket may refuse such a text by itself, with its own code.
        var code = await client.EndAsync();
        Assert.True(code is CloseCodes.ProtocolError or (int)WebSocketCloseStatus.InvalidPayloadData, $"ended with {code}");
    }

    [Fact]
    public async Task Cursors_ThatAreImpossible_AreRefusedOrReloaded()
    {
        foreach (var (resume, outcome) in new[]
        {
            ("5", "err invalid_argument"), ("[]", "err invalid_argument"), ("""{"@me":"1"}""", "err invalid_argument"), ("""{"@me":-1}""", "err invalid_argument"),
            ("""{"@me":1.5}""", "err invalid_argument"), ("""{"@me":1e99}""", "err invalid_argument"), ("""{"@me":null}""", "err invalid_argument"),
            ("null", "ok"), ("{}", "ok"), ("""{"@me":9223372036854775807}""", "ok"), ("""{"no id!":1}""", "ok"),
        })
        {
            using var client = await RawClient.OpenAsync(_server.Address);
            var frame = $$"""{"id":1,"op":"hello","token":"{{_honest.Token}}","resume":{{resume}}}""";
            Assert.Equal(outcome, await OutcomeAsync(client, Fill(frame)));
        }
    }

    [Fact]
    public async Task Requests_AThousandAtOnce_AreEachAnsweredOnce()
    {
        using var client = await _server.ConnectAsync(_honest.Account, _honest.Token);
        var ops = new (string Op, object Fields)[]
        {
            ("ping", new { }), ("history", new { @as = client.Account, limit = 2 }), ("no.such.op", new { }), ("link.list", new { }),
            ("settings.set", new { @as = client.Account, key = "k", value = 1 }),
        };

        var answers = new List<Task<JsonElement>>();
        for (var i = 0; i < 1_000; i++)
        {
            answers.Add(await client.BeginAsync(ops[i % ops.Length].Op, ops[i % ops.Length].Fields));
        }

        await Task.WhenAll(answers);
        Assert.Equal(1_000, client.Frames.Where(frame => frame.Json.Has("re")).Select(frame => frame.Json.Number("re")).Count(id => id > 1));
        Assert.Equal(1_001, client.Frames.Where(frame => frame.Json.Has("re")).Select(frame => frame.Json.Number("re")).Distinct().Count());
    }

    [Fact]
    public async Task Streams_ThatNeverSayHello_AreClosedInTime()
    {
        await using var server = await TestServer.StartAsync("--Gateway:HelloTimeout=00:00:00.5");
        var silent = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => RawClient.OpenAsync(server.Address)));

        Assert.All(await Task.WhenAll(silent.Select(client => client.EndAsync())), code => Assert.Equal(CloseCodes.ProtocolError, code));
        using var honest = await server.JoinAsync("honest");
        foreach (var client in silent)
        {
            client.Dispose();
        }
    }

    private async Task CheckAsync((string Name, string Frame, string Outcome)[] table, Func<Task<RawClient>> connect)
    {
        var wrong = new List<string>();
        var client = await connect();
        foreach (var (name, frame, outcome) in table)
        {
            if (client.HasEnded)
            {
                client.Dispose();
                client = await connect();
            }

            var got = await OutcomeAsync(client, Fill(frame));
            if (!outcome.Split('|').Contains(got))
            {
                wrong.Add($"{name}: expected {outcome}, got {got}");
            }

            if (got.Contains("unauthenticated", StringComparison.Ordinal) && frame.Contains("hello", StringComparison.Ordinal))
            {
                // A token that was refused ends the stream.
                await client.EndAsync();
            }
        }

        client.Dispose();
        Assert.Empty(wrong);
    }

    private string Fill(string frame) => frame
        .Replace("@me", _honest.Account, StringComparison.Ordinal).Replace("@friend", _friend.Account, StringComparison.Ordinal);

    /// <summary>Sends a frame and answers what became of it.</summary>
    private static async Task<string> OutcomeAsync(RawClient client, string frame)
    {
        var before = client.Frames.Length;
        await client.SendAsync(frame);
        try
        {
            var answers = 0;
            var answer = await client.AnyAsync(e => e.Json.Has("re") && ++answers > 0 && Array.IndexOf(client.Frames, e) >= before, "an answer to " + frame[..Math.Min(200, frame.Length)]);
            return answer.Json.TryGetProperty("err", out var error) ? "err " + error.Text("code") : "ok";
        }
        catch (StreamEndedException)
        {
            return $"close {client.CloseCode}";
        }
    }
}
