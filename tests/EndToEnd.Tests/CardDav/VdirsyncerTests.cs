using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.CardDav;

/// <summary>A real CardDAV client against the whole system (mission M11).</summary>
public sealed class VdirsyncerTests
{
    private const string Book = "friends";

    [SkippableFact]
    public async Task Friends_AddedRenamedRemoved_AreInTheFolderAfterEachSyncAndARestart()
    {
        Skip.IfNot(Vdirsyncer.IsAvailable, Vdirsyncer.MissingReason);
        await using var server = await TestServer.StartAsync();
        using var vdirsyncer = new Vdirsyncer();
        var (annId, bobId, catId) = (await server.RegisterAsync("ann"), await server.RegisterAsync("bob"), await server.RegisterAsync("cat"));
        string password;
        using (var ann = await server.SignInAsync(annId))
        using (var bob = await server.SignInAsync(bobId))
        {
            await bob.OkAsync("profile.set", new { @as = bobId, displayName = "Bob Ünder", email = "bob@example.test", description = "Plays; chess, go" });
            await ann.BefriendAsync(bob);
            password = (await ann.OkAsync("appPasswords.create", new { @as = annId, name = "vdirsyncer" })).Text("password");
            vdirsyncer.Configure(server.Address, annId, password);

            // Without a path: through the well-known address.
            (await vdirsyncer.DiscoverAsync()).ShouldBeDone();
            (await vdirsyncer.SyncAsync()).ShouldBeDone();
            var card = Assert.Single(vdirsyncer.Read(Book));
            Assert.Contains("FN:Bob Ünder", card, StringComparison.Ordinal);
            Assert.Contains(":bob@example.test", card, StringComparison.Ordinal);
            Assert.Contains($"IMPP:orleansim:{bobId}", card, StringComparison.Ordinal);
            Assert.Contains("NOTE:Plays\\; chess\\, go\\n\\nStatus: online", card, StringComparison.Ordinal);

            using var cat = await server.SignInAsync(catId);
            await ann.BefriendAsync(cat);
            await ann.OkAsync("contacts.set", new { @as = annId, account = bobId, remark = "Robert" });
            (await vdirsyncer.SyncAsync()).ShouldBeDone();
            Assert.Equal(["FN:Robert", $"FN:{catId}"], Names(vdirsyncer).Order(StringComparer.Ordinal));
        }

        await server.RestartAsync();
        (await vdirsyncer.SyncAsync()).ShouldBeDone();
        Assert.Equal(2, vdirsyncer.Read(Book).Length);

        using var again = await server.SignInAsync(annId);
        await again.OkAsync("contacts.remove", new { @as = annId, account = bobId });
        (await vdirsyncer.SyncAsync()).ShouldBeDone();
        Assert.Equal([$"FN:{catId}"], Names(vdirsyncer));
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task Changes_OfTheClient_AreRefusedAndTakenBack()
    {
        Skip.IfNot(Vdirsyncer.IsAvailable, Vdirsyncer.MissingReason);
        await using var server = await TestServer.StartAsync();
        using var vdirsyncer = new Vdirsyncer();
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        await ann.BefriendAsync(bob);
        vdirsyncer.Configure(new Uri(server.Address, "/carddav/"), ann.Account, TestServer.Password);
        (await vdirsyncer.DiscoverAsync()).ShouldBeDone();
        (await vdirsyncer.SyncAsync()).ShouldBeDone();

        var card = Directory.GetFiles(vdirsyncer.Cards(Book)).Single();
        var before = await File.ReadAllTextAsync(card);
        await File.WriteAllTextAsync(card, before.Replace($"FN:{bob.Account}", "FN:Mallory", StringComparison.Ordinal));
        await File.WriteAllTextAsync(Path.Combine(vdirsyncer.Cards(Book), "new.vcf"), "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:new\r\nFN:New\r\nN:New;;;;\r\nEND:VCARD\r\n");
        Assert.NotEqual(0, (await vdirsyncer.SyncAsync()).ExitCode);
        Assert.Equal([$"/carddav/{ann.Account}/friends/", $"/carddav/{ann.Account}/friends/{bob.Account}.vcf"], await HrefsAsync(server, ann.Account));

        // What a client does that knows that the book is read only.
        vdirsyncer.Configure(new Uri(server.Address, "/carddav/"), ann.Account, TestServer.Password, "read_only = true", "partial_sync = \"revert\"");
        (await vdirsyncer.DiscoverAsync()).ShouldBeDone();
        (await vdirsyncer.SyncAsync()).ShouldBeDone();
        (await vdirsyncer.SyncAsync()).ShouldBeDone();
        Assert.Equal([$"FN:{bob.Account}"], Names(vdirsyncer));
        Assert.Empty(server.Errors);
    }

    [SkippableFact]
    public async Task Passwords_ThatAreWrongOrRevoked_OpenNothing()
    {
        Skip.IfNot(Vdirsyncer.IsAvailable, Vdirsyncer.MissingReason);
        await using var server = await TestServer.StartAsync();
        using var vdirsyncer = new Vdirsyncer();
        using var ann = await server.JoinAsync("ann");
        using var bob = await server.JoinAsync("bob");
        await ann.BefriendAsync(bob);

        vdirsyncer.Configure(server.Address, ann.Account, "wrong");
        var wrong = await vdirsyncer.DiscoverAsync();
        Assert.NotEqual(0, wrong.ExitCode);
        Assert.Contains("401", wrong.Output, StringComparison.Ordinal);

        var made = await ann.OkAsync("appPasswords.create", new { @as = ann.Account, name = "vdirsyncer" });
        vdirsyncer.Configure(server.Address, ann.Account, made.Text("password"));
        (await vdirsyncer.DiscoverAsync()).ShouldBeDone();
        (await vdirsyncer.SyncAsync()).ShouldBeDone();

        // At once, also where the gateway remembers that it was good.
        await ann.OkAsync("appPasswords.revoke", new { @as = ann.Account, appPassword = made.Text("id") });
        using var cat = await server.JoinAsync("cat");
        await ann.BefriendAsync(cat);
        Assert.NotEqual(0, (await vdirsyncer.SyncAsync()).ExitCode);
        Assert.Equal([$"FN:{bob.Account}"], Names(vdirsyncer));
        Assert.Equal("bad_credentials", (await Api.PostAsync(server.Address, "v1/login", new { login = ann.Account, password = made.Text("password") })).Code);
        Assert.Empty(server.Errors);
    }

    private static string[] Names(Vdirsyncer vdirsyncer) =>
        [.. vdirsyncer.Read(Book).Select(card => card.Split('\n').Single(line => line.StartsWith("FN:", StringComparison.Ordinal)).TrimEnd('\r'))];

    private static async Task<string[]> HrefsAsync(TestServer server, string account)
    {
        var found = await DavApi.SendAsync(server.Address, "PROPFIND", $"carddav/{account}/friends/", account, TestServer.Password, depth: "1");
        return [.. found.Xml.Elements().Select(response => response.Elements().First().Value)];
    }
}
