using System.Text.Json;
using System.Text.RegularExpressions;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>The conversation in docs/protocol.md, as it stands there: what it sends is sent, and what it says that comes has to come.</summary>
public sealed partial class ConversationOfThePageTests : IAsyncLifetime
{
    private const string Anything = "…";

    private readonly Dictionary<string, RawClient> _streams = [];
    private readonly Dictionary<string, string> _tokens = [];
    private TestServer _server = null!;

    public async Task InitializeAsync() => _server = await TestServer.StartAsync();

    public async Task DisposeAsync()
    {
        foreach (var stream in _streams.Values)
        {
            stream.Dispose();
        }

        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Conversation_OnThePage_IsWhatTheServerSays()
    {
        var block = Block().Match(Repository.Read("docs", "protocol.md")).Groups[1].Value;
        var lines = block.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(lines.Length > 20, "the conversation is not where it was");

        foreach (var line in lines)
        {
            await (Call().Match(line) is { Success: true } call ? CallAsync(call) : FrameAsync(Frame().Match(line)));
        }

        foreach (var who in _streams.Keys)
        {
            Assert.Equal(await HeadAsync(who), Durable(lines, who).Length);
        }
    }

    /// <summary>The seqs of an account on the page, which are all there, each once.</summary>
    private static long[] Durable(string[] lines, string who)
    {
        var seqs = lines.Select(line => Frame().Match(line)).Where(frame => frame.Groups["who"].Value == who && frame.Groups["way"].Value == "←")
            .Select(frame => JsonElement.Parse(frame.Groups["json"].Value)).Where(frame => frame.TryGetProperty("ev", out _) && frame.TryGetProperty("seq", out _))
            .Select(frame => frame.GetProperty("seq").GetInt64()).ToArray();
        Assert.Equal(Enumerable.Range(1, seqs.Length).Select(seq => (long)seq), seqs);
        return seqs;
    }

    /// <summary>How many there are really.</summary>
    private async Task<long> HeadAsync(string who)
    {
        using var stream = await RawClient.OpenAsync(_server.Address);
        var login = await Api.PostAsync(_server.Address, "/v1/login", JsonElement.Parse($$"""{"login":"{{who}}","password":"correct horse battery staple"}"""), null);
        await stream.HelloAsync(who, JsonElement.Parse(login.Body).Text("token"));
        return (await stream.AnyAsync(received => received.Is("page"), "the page")).Data.GetProperty("cursor").GetInt64();
    }

    private async Task CallAsync(Match call)
    {
        var (path, body) = (call.Groups["path"].Value, JsonElement.Parse(call.Groups["body"].Value));

        // The page's last call is Ann's; those before need no token.
        var token = path == "/v1/logout" ? _tokens["ann"] : null;
        var answer = await Api.PostAsync(_server.Address, path, body, token);

        Assert.Equal(call.Groups["status"].Value, $"{answer.Status}");
        if (call.Groups["answer"].Value is { Length: > 0 } expected)
        {
            var said = JsonElement.Parse(answer.Body);
            Assert.True(IsLike(JsonElement.Parse(expected), said), $"{call.Value}\n{answer.Body}");
            if (said.TryGetProperty("token", out var mine))
            {
                _tokens[said.Text("account")] = mine.GetString()!;
            }
        }
    }

    private async Task FrameAsync(Match frame)
    {
        Assert.True(frame.Success, "a line is neither a call nor a frame");
        var (who, json) = (frame.Groups["who"].Value, frame.Groups["json"].Value);
        if (!_streams.TryGetValue(who, out var stream))
        {
            _streams[who] = stream = await RawClient.OpenAsync(_server.Address);
        }

        if (frame.Groups["way"].Value == "→")
        {
            await stream.SendAsync(json.Replace($"\"token\":\"{Anything}\"", $"\"token\":\"{_tokens[who]}\"", StringComparison.Ordinal));
        }
        else
        {
            var expected = JsonElement.Parse(json);
            await stream.AnyAsync(received => IsLike(expected, received.Json), json);
        }
    }

    /// <summary>Whether it has the same fields with the same values, but for those of which the page says nothing.</summary>
    private static bool IsLike(JsonElement page, JsonElement said) =>
        page.ValueKind == JsonValueKind.String && page.GetString() == Anything ? true
        : page.ValueKind != said.ValueKind ? false
        : page.ValueKind switch
        {
            JsonValueKind.Object => page.EnumerateObject().Count() == said.EnumerateObject().Count()
                && page.EnumerateObject().All(field => said.TryGetProperty(field.Name, out var value) && IsLike(field.Value, value)),
            JsonValueKind.Array => page.GetArrayLength() == said.GetArrayLength() && page.EnumerateArray().Zip(said.EnumerateArray()).All(pair => IsLike(pair.First, pair.Second)),
            _ => JsonElement.DeepEquals(page, said),
        };

    [GeneratedRegex("## A whole conversation\n.*?```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"^POST (?<path>\S+) (?<body>\{.*\}) → (?<status>\d+) ?(?<answer>.*)$")]
    private static partial Regex Call();

    [GeneratedRegex("^(?<who>[a-z]+) (?<way>[→←]) (?<json>.*)$")]
    private static partial Regex Frame();
}
