using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>Accounts, links and friendships, through the public API.</summary>
internal sealed class OursSetup(OursServer server, CancellationToken cancellation)
{
    /// <summary>Every account's password.</summary>
    public const string Password = "correct horse battery staple";

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = 24, CancellationToken = cancellation };

    /// <summary>Registers accounts.</summary>
    public Task RegisterAsync(IEnumerable<string> accounts) => Parallel.ForEachAsync(accounts, _parallel, async (account, stop) =>
    {
        using var answer = await server.Http.PostAsJsonAsync("v1/accounts", new Credentials(account, account, Password), s_json, stop);
        await ExpectAsync(answer, HttpStatusCode.Created);
    });

    /// <summary>Signs accounts in and returns their tokens in the same order.</summary>
    public async Task<string[]> TokensAsync(IReadOnlyList<string> accounts)
    {
        var tokens = new string[accounts.Count];
        await Parallel.ForAsync(0, accounts.Count, _parallel, async (i, stop) =>
        {
            using var answer = await server.Http.PostAsJsonAsync("v1/login", new Credentials(null, accounts[i], Password), s_json, stop);
            await ExpectAsync(answer, HttpStatusCode.OK);
            tokens[i] = (await answer.Content.ReadFromJsonAsync<JsonElement>(stop)).GetProperty("token").GetString()!;
        });
        return tokens;
    }

    /// <summary>Opens a session per token and returns when all are ready.</summary>
    public async Task<OursConnection[]> OpenAsync(IReadOnlyList<string> tokens)
    {
        var sessions = new OursConnection[tokens.Count];
        await Parallel.ForAsync(0, tokens.Count, _parallel, async (i, stop) =>
        {
            sessions[i] = new OursConnection();
            await sessions[i].SignInAsync(server.NextAddress(), tokens[i], null, stop);
        });
        return sessions;
    }

    /// <summary>Ends sessions, and gives the server a moment to notice.</summary>
    public Task CloseAsync(IReadOnlyList<OursConnection> sessions)
    {
        foreach (var session in sessions)
        {
            session.Dispose();
        }

        return Task.Delay(500, cancellation);
    }

    /// <summary>Links the account of each session with others.</summary>
    public Task LinkAsync(IReadOnlyList<OursConnection> sessions, Func<int, IEnumerable<string>> others) =>
        Parallel.ForAsync(0, sessions.Count, _parallel, async (i, _) =>
        {
            var accounts = others(i).Select(account => new { account, password = Password }).ToArray();
            var answer = await sessions[i].AskAsync($"\"op\":\"link.add\",\"accounts\":{JsonSerializer.Serialize(accounts)}");
            Expect(answer, "\"rejected\":[]");
        });

    /// <summary>
    /// Makes friends. Each friendship names the session and account that ask and the session and account that accept.
    /// </summary>
    public Task BefriendAsync(IEnumerable<Friendship> friendships) => Parallel.ForEachAsync(friendships, _parallel, async (pair, _) =>
    {
        Expect(await pair.Asking.AskAsync($"\"op\":\"contacts.request\",\"as\":\"{pair.Asker}\",\"account\":\"{pair.Friend}\""), "\"ok\":");
        Expect(await pair.Accepting.AskAsync($"\"op\":\"contacts.accept\",\"as\":\"{pair.Friend}\",\"account\":\"{pair.Asker}\""), "\"friend\"");
    });

    /// <exception cref="BenchException">The answer does not hold the mark.</exception>
    public static void Expect(string answer, string mark)
    {
        if (!answer.Contains(mark, StringComparison.Ordinal))
        {
            throw new BenchException($"Setup failed: expected {mark} in {answer}");
        }
    }

    private async Task ExpectAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        if (answer.StatusCode != expected)
        {
            throw new BenchException($"Setup failed: {answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellation)}");
        }
    }

    private sealed record Credentials(string? Account, string Login, string Password);
}

/// <summary>Who asks whom, and in which sessions.</summary>
internal sealed record Friendship(OursConnection Asking, string Asker, OursConnection Accepting, string Friend);
