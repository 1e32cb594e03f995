using OrleansIM.EndToEnd.Tests.Journeys;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Storage;

/// <summary>The same promises on the other storage.</summary>
public sealed class PostgresJourney(PostgresServer postgres) : IClassFixture<PostgresServer>
{
    [SkippableFact]
    public async Task Journey_OnPostgres_GroupsAreTheSame()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        await GroupJourneys.JourneyAsync("--Storage:Provider=postgres", $"--Storage:ConnectionString={await postgres.CreateDatabaseAsync()}");
    }

    [SkippableFact]
    public async Task Journey_OnPostgres_LinksSendsRestartsAndResumes()
    {
        Skip.IfNot(postgres.IsAvailable, PostgresServer.MissingReason);
        await using var server = await TestServer.StartAsync(
            "--Storage:Provider=postgres", $"--Storage:ConnectionString={await postgres.CreateDatabaseAsync()}");
        using var ann = await server.JoinAsync("ann");
        using var ben = await server.JoinAsync("ben");
        var linked = await server.RegisterAsync("linked");
        await ann.BefriendAsync(ben);
        await ann.LinkAsync("secondary", linked);
        await ann.AnyAsync(e => e.Is("page", linked), "the linked page");
        await ann.OkAsync("custom.set", new { @as = linked, key = "odd ü key", value = "a\u0000b 🌍" });
        await ben.MessageAsync(ann.Account, "seen \u0000 with a null");
        await ann.MessagesAsync(ann.Account, 1);
        var cursor = ann.Durable(ann.Account)[^1].Seq!.Value;
        var sent = await ben.MessageAsync(ann.Account, "missed", "the-cid");
        await ann.MessagesAsync(ann.Account, 2);

        await server.RestartAsync();
        await ann.ByeAsync(4000);
        using var back = await server.ConnectAsync(ann.Account, ann.Token, new Dictionary<string, long> { [ann.Account] = cursor });
        using var peer = await server.SignInAsync(ben.Account);
        Assert.Equal(sent.GetRawText(), (await peer.MessageAsync(ann.Account, "missed", "the-cid")).GetRawText());
        await peer.MessageAsync(ann.Account, "after");
        await back.MessagesAsync(ann.Account, 2);

        Assert.True(back.Page(ann.Account).GetProperty("resumed").GetBoolean());
        Assert.Equal(["missed", "after"], back.Bodies(ann.Account));
        back.Durable(ann.Account).Select(e => e.Seq!.Value).AssertGapless(cursor + 1, ann.Account);
        Assert.Equal("a\u0000b 🌍", back.Page(linked).GetProperty("custom").GetProperty("odd ü key").GetString());
        var log = await back.LogAsync(ann.Account);
        log.Select(e => e.Number("seq")).AssertGapless(1, "the log");
        Assert.Equal(["seen \u0000 with a null", "missed", "after"], log.Where(e => e.Text("ev") == "message").Select(e => e.GetProperty("data").Text("body")));
        Assert.Empty(server.Errors);
    }
}
