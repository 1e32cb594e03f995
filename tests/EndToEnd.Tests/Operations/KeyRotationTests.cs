using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.People;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>New keys while everything runs, and the end of the old ones.</summary>
public sealed class KeyRotationTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    private const string Secret = "a secret of the operator, long enough";

    [Fact]
    public async Task Rotate_WithMailboxes_SealsThemAgainAndTheOldKeyOpensNothing_InSqlite()
    {
        using var data = new TempDirectory();
        await CheckAsync([$"--Storage:DataDirectory={data.Path}"], () => DatabaseDump.OfSqliteAsync(Path.Combine(data.Path, "orleansim.db")));
    }

    [SkippableFact]
    public async Task Rotate_WithMailboxes_SealsThemAgainAndTheOldKeyOpensNothing_InPostgres()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        var database = await postgres.CreateDatabaseAsync();
        await CheckAsync(["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"], () => DatabaseDump.OfPostgresAsync(database));
    }

    private static async Task CheckAsync(string[] storage, Func<Task<DatabaseDump>> dump)
    {
        var admin = new Uri($"http://127.0.0.1:{Ports.Free()}");
        using var folder = new TempDirectory();
        var secretFile = Path.Combine(folder.Path, "secret");
        await File.WriteAllTextAsync(secretFile, Secret);
        await using var server = await TestServer.StartAsync([
            .. storage, $"--Admin:Url={admin}", $"--Admin:SecretFile={secretFile}", "--Mail:AllowPrivateHosts=true", "--Mail:LingerSeconds=0",
            "--Keys:RefreshPeriod=00:00:01", "--Keys:CheckPeriod=00:00:00.5",
        ]);
        await using var story = await FaultStory.BeginAsync(server, ServerFault.None);
        await story.LeaveAsync();
        var old = await server.LogInAsync(story.Bob.Account);
        var before = SecretsOf(await dump());
        var oldKey = Assert.Single(KeysOf(await dump()));

        (await AskAsync(HttpMethod.Post, "v1/keys/rotate")).Expect(200);
        Assert.Equal("conflict", (await AskAsync(HttpMethod.Post, "v1/keys/rotate")).Code);
        Assert.Equal("conflict", (await AskAsync(HttpMethod.Post, "v1/keys/retire?force=true")).Code);

        // In the middle of it the process ends, and the next one goes on.
        await server.RestartAsync();
        await Eventually.TrueAsync(async () => (await AskAsync(HttpMethod.Get, "v1/keys")).Expect(200).Text("state") == "sealed", "everything to be sealed", RawClient.Patience);

        var state = (await AskAsync(HttpMethod.Get, "v1/keys")).Expect(200);
        Assert.Equal((1L, 0L, 1L), (state.Number("secrets"), state.Number("unreadable"), state.Number("oldKeys")));
        Assert.NotEqual(before, SecretsOf(await dump()));

        // Tokens of the old key live as long as they were to.
        using (var bob = await server.ConnectAsync(story.Bob.Account, old))
        {
            Assert.Equal("conflict", (await AskAsync(HttpMethod.Post, "v1/keys/retire")).Code);
        }

        (await AskAsync(HttpMethod.Post, "v1/keys/retire?force=true")).Expect(200);

        Assert.DoesNotContain(oldKey, KeysOf(await dump()));
        Assert.Single(KeysOf(await dump()));
        var fresh = await server.LogInAsync(story.Bob.Account);
        await server.RestartAsync();
        using (var late = await RawClient.OpenAsync(server.Address))
        {
            Assert.Equal("unauthenticated", await late.RefusalAsync("hello", new { token = old }));
        }

        using var again = await server.ConnectAsync(story.Bob.Account, fresh);
        using var ann = await story.SignInAsync(isHealthy: true);
        await Eventually.TrueAsync(
            () => ann.Frames.Any(frame => frame.Is("channel", story.Ann.Account) && frame.Data.Text("state") == "open") || ann.Page(story.Ann.Account).List("mailboxes")[0].Text("state") == "open",
            "the mailbox to sign in", RawClient.Patience);
        Assert.Empty(server.Errors);

        Task<ApiAnswer> AskAsync(HttpMethod method, string path) => Api.SendAsync(admin, method, path, null, Secret);
    }

    private static string SecretsOf(DatabaseDump dump) => string.Concat(dump.Values
        .Where(value => value is { Table: "grain_state", Column: "payload" } && value.Row["state"] == "mailbox" && value.Text.Length > 0)
        .Select(value => JsonElement.Parse(value.Text).EnumerateObject().Single(field => field.Name.Equals("secret", StringComparison.OrdinalIgnoreCase)).Value.GetString()));

    private static string[] KeysOf(DatabaseDump dump) => [.. dump.Values.Where(value => value is { Table: "data_protection_keys", Column: "name" }).Select(value => value.Text)];
}
