using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.People;

/// <summary>What somebody gets who asks for everything about the own account, held against every value that is stored about it.</summary>
public sealed class ExportTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    /// <summary>What is stored about an account and is not its owner's to take along: what opens something, and how things are kept.</summary>
    private static readonly HashSet<string> s_notExported = new(StringComparer.OrdinalIgnoreCase)
    {
        "PasswordHash", "CredentialVersion", "TokenGeneration", "RevokedTokens", "KeptToken", "Hash", "Secret", "IsSecretRefused", "IsBeingErased", "LinkGroup",
        "AppliedSeq", "TrimmedUpTo", "Marks", "Merged", "Since", "AddressBook", "Receipts", "OwedReceipts", "Unread", "UidValidity", "IsDisabled", "IsDeleted", "IsBound",
        "State", "IsUnread", "Security", "Mentions", "MemberInvites", "Joined", "MessageId", "Unfiled", "Book", "ReadAt", "IsFromBook", "At", "CreatedAt", "ExpiresAt", "LastUsed", "BoundAt", "Date",
    };

    [Fact]
    public async Task Export_OfAFullLife_HasEverythingThatSqliteHas()
    {
        using var data = new TempDirectory();
        await CheckAsync([$"--Storage:DataDirectory={data.Path}"], () => DatabaseDump.OfSqliteAsync(Path.Combine(data.Path, "orleansim.db")));
    }

    [SkippableFact]
    public async Task Export_OfAFullLife_HasEverythingThatPostgresHas()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        var database = await postgres.CreateDatabaseAsync();
        await CheckAsync(["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"], () => DatabaseDump.OfPostgresAsync(database));
    }

    [Fact]
    public async Task Export_WithoutThePassword_IsRefused_AndSlowsDownWhenItIsAskedForTooOften()
    {
        await using var server = await TestServer.StartAsync("--Accounts:ExportsPerHour=2");
        var token = await server.LogInAsync(await server.RegisterAsync("ann"));

        Assert.Equal("unauthenticated", (await Api.PostAsync(server.Address, "v1/account/export", new { password = TestServer.Password })).Code);
        Assert.Equal("bad_credentials", (await Api.PostAsync(server.Address, "v1/account/export", new { password = "wrong" }, token)).Code);
        Assert.Equal("invalid_argument", (await Api.PostAsync(server.Address, "v1/account/export", new { password = "x", jwt = "y" }, token)).Code);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(200, (await Api.PostAsync(server.Address, "v1/account/export", new { password = TestServer.Password }, token)).Status);
        }

        var late = await Api.PostAsync(server.Address, "v1/account/export", new { password = TestServer.Password }, token);
        Assert.Equal("slow_down", late.Code);
        Assert.InRange(late.RetryAfter!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Export_ReadSlowlyWhileMoreIsWritten_IsWholeUpToWhereItBegan()
    {
        await using var server = await TestServer.StartAsync();
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        await ann.BefriendAsync(bob);
        var sends = Enumerable.Range(0, 1_000).Select(i => ann.MessageAsync(bob.Account, $"{i} {new string('x', 4_000)}"));
        foreach (var some in sends.Chunk(50))
        {
            await Task.WhenAll(some);
        }

        using var http = new HttpClient();
        using var response = await PostAsync(http, server, ann.Token, HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        var first = JsonElement.Parse((await reader.ReadLineAsync())!).GetProperty("export");
        await bob.MessageAsync(ann.Account, "after it began");
        var lines = new List<JsonElement>();
        while (await reader.ReadLineAsync() is { } line)
        {
            lines.Add(JsonElement.Parse(line));
        }

        var events = lines.Where(line => line.Has("event")).Select(line => line.GetProperty("event")).ToArray();
        events.Select(e => e.Number("seq")).AssertGapless(1, "the export");
        Assert.Equal(first.Number("upTo"), events[^1].Number("seq"));
        Assert.Equal(1_000, events.Count(e => e.Text("ev") == "message"));
        Assert.Equal(first.Number("upTo"), lines[^1].GetProperty("end").Number("upTo"));
    }

    private static async Task CheckAsync(string[] storage, Func<Task<DatabaseDump>> dump)
    {
        await using var server = await TestServer.StartAsync([.. storage, "--Mail:AllowPrivateHosts=true"]);
        await using var life = await FullLife.LiveAsync(server);
        await server.RestartAsync();
        var token = await server.LogInAsync(life.Id, device: "zenobia-device");
        using var open = await server.ConnectAsync(life.Id, token);

        using var http = new HttpClient();
        using var response = await PostAsync(http, server, token, HttpCompletionOption.ResponseContentRead);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal($"attachment; filename=\"{life.Id}.jsonl\"", response.Content.Headers.ContentDisposition!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)).ToArray();
        Assert.True(lines[^1].Has("end"));
        Assert.Contains("zenobia-device", text, StringComparison.Ordinal);

        var values = (await dump()).Values;
        var seqs = lines.Where(line => line.Has("event")).Select(line => line.GetProperty("event").Number("seq")).ToHashSet();
        var entries = values.Where(value => value is { Table: var table, Column: "seq" } && table.StartsWith("timeline", StringComparison.Ordinal) && value.Row["account"] == life.Id);
        Assert.All(entries, entry => Assert.Contains(long.Parse(entry.Text, System.Globalization.CultureInfo.InvariantCulture), seqs));

        var states = values.Where(value => value is { Table: "grain_state", Column: "payload" } && KeyOf(value) is var key && (key == $"im-account/{life.Id}" || key == $"im-mailbox/{life.Mailbox}")).ToArray();
        Assert.True(states.Length >= 4, $"Only {states.Length} states of the account were found.");
        var missing = from state in states
                      from leaf in Leaves(JsonElement.Parse(state.Text))
                      where !text.Contains(leaf, StringComparison.Ordinal)
                      select $"{leaf} of {state.Row["state"]}";
        Assert.True(!missing.Any(), $"Not in the export:\n{string.Join('\n', missing)}\nof\n{text}");
        Assert.DoesNotContain("open sesame", text, StringComparison.Ordinal);
        Assert.DoesNotContain(life.AppPassword, text, StringComparison.Ordinal);
        Assert.DoesNotContain("Hash", text, StringComparison.Ordinal);
        Assert.Empty(server.Errors);
    }

    private static string KeyOf(StoredValue value) => value.Row.TryGetValue("grain", out var key) ? key : value.Row["key_text"];

    /// <summary>Every text that is stored, wherever it is, except under the names of what is not exported.</summary>
    private static IEnumerable<string> Leaves(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Where(field => !s_notExported.Contains(field.Name)).SelectMany(field => Leaves(field.Value)),
        JsonValueKind.Array => json.EnumerateArray().SelectMany(Leaves),
        // What is JSON in a text is that in the export.
        JsonValueKind.String => [json.GetString()!.Trim('"')],
        _ => [],
    };

    private static async Task<HttpResponseMessage> PostAsync(HttpClient http, TestServer server, string token, HttpCompletionOption completion)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Address, "v1/account/export")) { Content = JsonContent.Create(new { password = TestServer.Password }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var response = await http.SendAsync(request, completion);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return response;
    }
}
