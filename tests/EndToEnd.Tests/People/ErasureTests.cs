using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.People;

/// <summary>
/// What an account leaves behind that has used everything and is deleted, looked for in every value of every table
/// (docs/security.md, "Deletion").
/// </summary>
public sealed class ErasureTests(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    /// <summary>
    /// Every table there is, and whether values in it may say that there was such an account. A table that is not here fails
    /// the test: whoever makes one says what becomes of people in it.
    /// </summary>
    private static readonly Dictionary<string, Func<StoredValue, string, FullLife, bool>> s_mayStay = new()
    {
        // Logs of others: to whom they wrote and who wrote to them, under a name that leads nowhere; and what they received.
        ["timeline"] = static (value, needle, life) =>
            Owner(value) != life.Id
            && (value.Column is "peer" or "dedupe" ? needle == life.Id
                : value.Column is "data" && (FullLife.Written.Contains(needle) || (needle == life.Id && IsBareName(value, life)))),

        // That the id is taken for good; and in what others' logs add up to, whose messages they have read.
        ["grain_state"] = static (value, needle, life) => needle == life.Id && (
            value.Column is "grain" or "key_text" ? value.Row["state"] == "account"
            : value.Column is "payload" && value.Row["state"] is "account-snapshot" or "group-snapshot"),
        ["outbox"] = Nothing,
        ["contact_holder"] = Nothing,
        ["reminder"] = Nothing,
        ["data_protection_keys"] = Nothing,
        ["schema_version"] = Nothing,
        ["orleansquery"] = Nothing,
        ["membership"] = Nothing,
        ["membership_version"] = Nothing,
    };

    [Fact]
    public async Task Delete_OfAFullLife_LeavesNothingInSqlite()
    {
        using var data = new TempDirectory();
        await CheckAsync([$"--Storage:DataDirectory={data.Path}"], () => DatabaseDump.OfSqliteAsync(Path.Combine(data.Path, "orleansim.db")));
    }

    [SkippableFact]
    public async Task Delete_OfAFullLife_LeavesNothingInPostgres()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        var database = await postgres.CreateDatabaseAsync();
        await CheckAsync(["--Storage:Provider=postgres", $"--Storage:ConnectionString={database}"], () => DatabaseDump.OfPostgresAsync(database));
    }

    private static async Task CheckAsync(string[] storage, Func<Task<DatabaseDump>> dump)
    {
        await using var server = await TestServer.StartAsync([.. storage, "--Mail:AllowPrivateHosts=true"]);
        await using var life = await FullLife.LiveAsync(server);

        // As it is stored while it lives, all of it; so that what is not found later was there to be found.
        await server.RestartAsync();
        var before = await dump();
        Assert.All(life.Needles, needle => Assert.Contains(before.Values, value => value.Text.Contains(needle, StringComparison.Ordinal)));
        Assert.All(before.Tables, table => Assert.True(s_mayStay.ContainsKey(Whole(table)), $"What becomes of people in the table {table}? Say it here and in docs/security.md."));

        await DeleteAsync(server, life);
        await server.StopAsync();

        var after = await dump();
        var left = from needle in life.Needles
                   from value in after.Values
                   where value.Text.Contains(needle, StringComparison.Ordinal) && !s_mayStay[Whole(value.Table)](value, needle, life)
                   select $"'{needle}' in {value}";
        Assert.True(!left.Any(), $"Still there:\n{string.Join('\n', left)}");
        Assert.All(FullLife.Written, text => Assert.Contains(after.Values, value => value.Text.Contains(text, StringComparison.Ordinal)));
        Assert.Empty(server.Errors);
    }

    /// <summary>By the door for users, with sessions open; and nobody shows it any more.</summary>
    private static async Task DeleteAsync(TestServer server, FullLife life)
    {
        using var her = await server.SignInAsync(life.Id);
        using var bob = await server.SignInAsync(life.Bob.Account);
        using var master = await server.SignInAsync(life.Master.Account);
        await master.AnyAsync(e => e.Is("page", life.Id), "her page at the master's");
        Assert.Equal("unauthenticated", (await Api.PostAsync(server.Address, "v1/account/delete", new { password = TestServer.Password })).Code);
        Assert.Equal("bad_credentials", (await Api.PostAsync(server.Address, "v1/account/delete", new { password = "wrong" }, her.Token)).Code);
        Assert.Equal("invalid_argument", (await Api.PostAsync(server.Address, "v1/account/delete", new { }, her.Token)).Code);

        (await Api.PostAsync(server.Address, "v1/account/delete", new { password = TestServer.Password }, her.Token)).Expect(204);

        await her.ByeAsync(4004);
        Assert.Equal("deleted", (await master.AnyAsync(e => e.Is("pageGone", life.Id), "the end of her page")).Data.Text("reason"));
        await bob.AnyAsync(e => e.Is("contact", bob.Account) && e.Data.GetProperty("contact") is var contact && contact.Text("account") == life.Id && contact.Text("state") == "none", "the end of the contact");
        await bob.AnyAsync(e => e.Is("group", bob.Account) && e.Data.Text("what") == "left", "her leaving of the group");
        Assert.Equal("unknown_account", await bob.RefusalAsync("send", new { @as = bob.Account, to = life.Id, body = "hello?", cid = "late" }));
        using var again = await server.SignInAsync(bob.Account);
        Assert.DoesNotContain(life.Id, again.Page(bob.Account).Each("contacts", "account"));
        Assert.False(again.Page(bob.Account).GetProperty("presence").Has(life.Id));
        Assert.Equal("bad_credentials", (await Api.PostAsync(server.Address, "v1/login", new { login = life.Id, password = TestServer.Password })).Code);
        Assert.Equal("account_taken", (await Api.PostAsync(server.Address, "v1/accounts", new { account = life.Id, password = TestServer.Password })).Code);
    }

    private static bool Nothing(StoredValue value, string needle, FullLife life) => false;

    private static string Whole(string table) => table.StartsWith("timeline_", StringComparison.Ordinal) ? "timeline" : table;

    private static string Owner(StoredValue value) => value.Row["account"];

    /// <summary>Whether an entry has the account's name without anything the account said about itself.</summary>
    private static bool IsBareName(StoredValue value, FullLife life) =>
        value.Row["kind"] != "3" || JsonElement.Parse(value.Text).GetProperty("contact") is var contact && contact.EnumerateObject().All(field => field.Name switch
        {
            "account" or "displayName" => field.Value.GetString() == life.Id,
            "state" => true,
            "emails" => field.Value.GetArrayLength() == 0,
            _ => false,
        });
}
