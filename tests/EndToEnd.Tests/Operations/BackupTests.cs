using Microsoft.Data.Sqlite;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>
/// Mission P8: a backup that was taken of a running server, restored where there is nothing, is a server with everything.
/// </summary>
public sealed class BackupTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [SkippableFact]
    public async Task Backup_OfPostgres_IsAServerWithEverything()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        var (from, to) = (await postgres.CreateDatabaseAsync(), await postgres.CreateDatabaseAsync());
        await using var server = await TestServer.StartAsync(On(from));
        using var life = await Life.LiveAsync(server.Address);

        await postgres.RestoreAsync(await postgres.DumpAsync(from), to);

        // The first goes on, and what happens there after the backup does not happen here.
        await life.Ann.MessageAsync("bob", "after the backup");
        await using var restored = await TestServer.StartAsync(On(to));
        await life.CheckAsync(restored.Address);
        Assert.Empty(restored.Errors);
    }

    [Fact]
    public async Task Backup_OfSqlite_IsAServerWithEverything()
    {
        using var data = new TempDirectory();
        using var other = new TempDirectory();

        // A process of its own, as it is for who makes a backup.
        await using var server = await ChildServer.StartAsync(data.Path);
        using var life = await Life.LiveAsync(server.Address);

        Copy(Path.Combine(data.Path, "orleansim.db"), Path.Combine(other.Path, "orleansim.db"));

        await life.Ann.MessageAsync("bob", "after the backup");
        await using var restored = await ChildServer.StartAsync(other.Path);
        await life.CheckAsync(restored.Address);
    }

    /// <summary>What <c>sqlite3 FILE ".backup COPY"</c> does.</summary>
    private static void Copy(string file, string copy)
    {
        using var from = new SqliteConnection($"Data Source={file};Mode=ReadOnly;Pooling=False");
        using var to = new SqliteConnection($"Data Source={copy};Pooling=False");
        from.Open();
        to.Open();
        from.BackupDatabase(to);
    }

    private static string[] On(string database) => ["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"];

    /// <summary>Ann, who has a linked account and a friend; what she knew when the backup was made.</summary>
    private sealed class Life : IDisposable
    {
        private readonly string _history;
        private readonly string _appPassword;
        private readonly long _cursor;

        private Life(RawClient ann, string history, string appPassword) =>
            (Ann, _history, _appPassword, _cursor) = (ann, history, appPassword, ann.Page("ann").Number("cursor"));

        public RawClient Ann { get; }

        public static async Task<Life> LiveAsync(Uri server)
        {
            foreach (var account in (string[])["ann", "ann.work", "bob"])
            {
                (await Api.PostAsync(server, "v1/accounts", new { account, password = TestServer.Password })).Expect(201);
            }

            var ann = await SignInAsync(server, "ann");
            using var bob = await SignInAsync(server, "bob");
            await ann.BefriendAsync(bob);
            await ann.LinkAsync("secondary", "ann.work");
            await ann.AnyAsync(e => e.Is("page", "ann.work"), "the linked page");
            await ann.OkAsync("profile.set", new { @as = "ann", displayName = "Ann of before" });
            await ann.OkAsync("custom.set", new { @as = "ann.work", key = "pet", value = "cat" });
            for (var i = 0; i < 20; i++)
            {
                await ann.MessageAsync("bob", $"to bob {i}");
                await bob.MessageAsync("ann", $"to ann {i}");
            }

            await ann.AnyAsync(e => e.Is("message", "ann") && e.Data.Text("body") == "to ann 19", "the last message");
            var app = await ann.OkAsync("appPasswords.create", new { @as = "ann", name = "book" });
            return new Life(ann, await HistoryAsync(ann), app.Text("password"));
        }

        /// <summary>Everything is there: by a new sign-in, and by the token from before, which resumes.</summary>
        public async Task CheckAsync(Uri restored)
        {
            using var again = await SignInAsync(restored, "ann");
            Assert.StartsWith(_history, await HistoryAsync(again), StringComparison.Ordinal);
            Assert.Equal("Ann of before", again.Page("ann").GetProperty("profile").Text("displayName"));
            Assert.Equal("friend", Assert.Single(again.Page("ann").List("contacts")).Text("state"));
            await again.AnyAsync(e => e.Is("page", "ann.work"), "the linked page");
            Assert.Equal("cat", again.Page("ann.work").GetProperty("custom").Text("pet"));

            using var resumed = await RawClient.OpenAsync(restored);
            await resumed.HelloAsync("ann", Ann.Token, new Dictionary<string, long> { ["ann"] = _cursor });
            Assert.True(resumed.Page("ann").GetProperty("resumed").GetBoolean());
            await resumed.MessagesAsync("ann", 40);
            Assert.Equal(Enumerable.Range(0, 20).SelectMany(i => (string[])[$"to bob {i}", $"to ann {i}"]), resumed.Bodies("ann"));

            await again.MessageAsync("bob", "on we go");
            await resumed.AnyAsync(e => e.Is("message", "ann") && e.Data.Text("body") == "on we go", "the new message");
            Assert.Equal(207, await BookAsync(restored));
        }

        public void Dispose() => Ann.Dispose();

        private async Task<int> BookAsync(Uri server)
        {
            using var http = new HttpClient();
            using var request = new HttpRequestMessage(new HttpMethod("PROPFIND"), new Uri(server, "carddav/"));
            request.Headers.Add("Depth", "0");
            request.Headers.Authorization = new("Basic", Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes($"ann:{_appPassword}")));
            using var answer = await http.SendAsync(request);
            return (int)answer.StatusCode;
        }

        private static async Task<string> HistoryAsync(RawClient client) => string.Join('\n', (await client.LogAsync("ann")).Select(e => e.GetRawText()));

        private static async Task<RawClient> SignInAsync(Uri server, string account)
        {
            var answer = (await Api.PostAsync(server, "v1/login", new { login = account, password = TestServer.Password })).Expect(200);
            var client = await RawClient.OpenAsync(server);
            await client.HelloAsync(account, answer.GetProperty("token").GetString()!);
            return client;
        }
    }
}
