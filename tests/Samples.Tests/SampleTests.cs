using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.Samples.Tests;

/// <summary>The samples, each a process of its own against the real server.</summary>
public sealed class SampleTests
{
    [Fact]
    public async Task TwoAccounts_OfTheReadme_EndsWithTheMessage()
    {
        await using var server = await TestServer.StartAsync();

        var (code, output) = await Dotnet.RunAsync(Dotnet.Root, "dotnet", Dotnet.Sample("TwoAccounts"), server.Address.ToString());

        Assert.True(code == 0, output);
        Assert.Contains("[ann.work] MessageReceived Hello from Bob!", output, StringComparison.Ordinal);
        Assert.Contains(await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "samples", "TwoAccounts", "Program.cs")),
            await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OwnSignIn_OfTheReadme_TalksToAFriendOfTheSameGame()
    {
        await using var game = await AppSignIn.StartAsync();
        await using var server = await TestServer.StartAsync([.. game.Settings().Select(pair => $"--{pair.Key}={pair.Value}")]);
        await using var friend = server.Sdk();
        await friend.SignInWithJwtAsync(game.Sign("2"));
        await using var player = new Conversation(
            Dotnet.Describe(Dotnet.Root, "dotnet", Dotnet.Sample("OwnSignIn"), game.Sign("1"), "game.2", server.Address.ToString()));

        await friend.ShowsAsync("game.2", page => page.Contacts.TryGetValue("game.1", out var contact) && contact.State == "pending", "the request of the player");
        await friend.AcceptContactAsync("game.2", "game.1");
        await friend.SendAsync("game.2", "game.1", "Ready?");
        await player.HearsAsync("game.2: Ready?");
        await player.SayAsync("Always.");
        await friend.ShowsAsync("game.2", page => page.Unread.GetValueOrDefault("game.1") == 1, "the message of the player");

        Assert.Equal(0, await player.EndAsync());
        Assert.Contains(await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "samples", "OwnSignIn", "Program.cs")),
            await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "README.md")), StringComparison.Ordinal);
    }

    /// <summary>It is built with these tests.</summary>
    [Fact]
    public async Task HostedBot_OfThePackagesReadme_IsWhatIsCompiled() =>
        Assert.Contains(await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "samples", "HostedBot", "Program.cs")),
            await File.ReadAllTextAsync(Path.Combine(Dotnet.Root, "ClientSdk.Hosting", "README.md")), StringComparison.Ordinal);

    [Fact]
    public async Task UnityShaped_InAnEngineOfOneThread_TalksOnTheMainThread()
    {
        await using var server = await TestServer.StartAsync();

        var (code, output) = await Dotnet.RunAsync(Dotnet.Root, "dotnet", Dotnet.Sample("UnityShaped.Player"), server.Address.ToString());

        Assert.True(code == 0, output);
        Assert.Contains("villager: Welcome, hero!", output, StringComparison.Ordinal);
        Assert.Contains("all of it on the main thread", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsoleChat_ThroughAPipe_ChatsOverARestartOfTheServer()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await server.RegisterAsync("bob");
        await using var friend = await server.SdkAsync(bob);
        await using var chat = Start(server, "ann");
        await chat.HearsAsync("[ann] ann, master, 0 unread, open");

        await chat.SayAsync($"/add {bob}");
        await friend.ShowsAsync(bob, page => page.Contacts.TryGetValue("ann", out var contact) && contact.State == "pending", "the request of ann");
        await friend.AcceptContactAsync(bob, "ann");
        await chat.HearsAsync($"[ann] {bob} is now: friend");
        await chat.SayAsync($"/to {bob}");
        await chat.SayAsync("Hello Bob!");
        await chat.HearsAsync($"[ann] ann to {bob}: Hello Bob! (queued)");
        await chat.HearsAsync($"[ann] ann to {bob}: Hello Bob! (delivered)");
        await friend.ShowsAsync(bob, page => page.Unread.GetValueOrDefault("ann") == 1, "a message of ann");

        var work = await server.RegisterAsync("work");
        await using (var other = await server.SdkAsync("ann"))
        {
            Assert.Empty((await other.AddLinksAsync([new(work, TestServer.Password)])).Rejected);
        }

        await chat.HearsAsync($"[{work}] has a page");
        await chat.SayAsync($"/as {work}");
        await chat.HearsAsync($"[{work}] is open");
        await chat.SayAsync("/as ann");
        await chat.HearsAsync($"[ann] is open, and speaks to {bob}");

        await server.RestartAsync();
        await chat.HearsAsync("* offline, attempt 1");
        await chat.SayAsync("/reconnect");
        await chat.HearsAsync("/reconnect: t");
        await chat.HearsAsync("* online");
        await friend.SendAsync(bob, "ann", "Welcome back.");
        await chat.HearsAsync($"[ann] {bob} to ann: Welcome back.");
        await chat.SayAsync("/contacts");
        await chat.HearsAsync($"[ann] {bob}: {bob}, online, 1 unread");
        await chat.SayAsync("/read");
        await friend.ShowsAsync(bob, page => page.Receipts.TryGetValue("ann", out var receipts) && receipts.Read > 0, "that ann has read");

        await chat.SayAsync("The last line.");
        await chat.SayAsync("/quit");
        Assert.Equal(0, await chat.EndAsync());
        await friend.ShowsAsync(bob, page => page.Recent.OfType<MessageReceived>().Any(message => message.Body == "The last line."), "the last line");
    }

    [SkippableFact]
    public async Task ConsoleChat_OnAScreen_SaysGoodbyeAtCtrlC()
    {
        await using var server = await TestServer.StartAsync();
        await using var chat = await StartOnAScreenAsync(server);

        await chat.SayAsync("\u0003");

        Assert.Equal(0, await chat.EndAsync());
        await chat.HearsAsync("Goodbye.");
        Assert.DoesNotContain("online. Goodbye.", chat.Heard(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ConsoleChat_OnAScreen_LinesThatComeAtOnceGoToWhomTheyWereWrittenTo()
    {
        await using var server = await TestServer.StartAsync();
        var (bob, cat) = (await server.RegisterAsync("bob"), await server.RegisterAsync("cat"));
        await using var bobs = await server.SdkAsync(bob);
        await using var cats = await server.SdkAsync(cat);
        await using var chat = await StartOnAScreenAsync(server);
        await chat.SayAsync($"/add {bob}\r/add {cat}\r");
        foreach (var (friend, account) in ((ImClient, string)[])[(bobs, bob), (cats, cat)])
        {
            await friend.ShowsAsync(account, page => page.Contacts.TryGetValue("ann", out var contact) && contact.State == "pending", "the request of ann");
            await friend.AcceptContactAsync(account, "ann");
        }

        await chat.SayAsync($"/to {bob}\rfor bob\r/to {cat}\rfor cat\r/to {bob}\rfor bob, too\r/to {cat}\r");

        await bobs.ShowsAsync(bob, page => Bodies(page).Length == 2, "two lines for bob");
        await cats.ShowsAsync(cat, page => Bodies(page).Length == 1, "a line for cat");
        Assert.Equal(["for bob", "for bob, too"], Bodies(bobs.Pages[bob]));
        Assert.Equal(["for cat"], Bodies(cats.Pages[cat]));

        // It would outlive its terminal where the tests run without one.
        await chat.SayAsync("\u0003");
        Assert.Equal(0, await chat.EndAsync());

        static string[] Bodies(Page page) => [.. page.Recent.OfType<MessageReceived>().Select(message => message.Body)];
    }

    /// <summary>In the words in which it says so line by line.</summary>
    [SkippableFact]
    public async Task ConsoleChat_OnAScreen_SaysWhatIsWrongWithACommand()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await server.RegisterAsync("bob");
        await using var friend = await server.SdkAsync(bob);
        await using var chat = await StartOnAScreenAsync(server);
        await chat.SayAsync("/to\r");
        await chat.HearsAsync("/to: with whom? /to CONTACT");
        await chat.SayAsync("/shout Hello\r");
        await chat.HearsAsync("/shout: there is no such command; there are /to CONTACT /add ");
        await chat.SayAsync("/to nobody\r");
        await chat.HearsAsync("[ann] speaks to nobody; nobody is no contact; /add nobody asks to be friends");
        await chat.SayAsync("/accept\r");
        await chat.HearsAsync("/accept: whom? /accept ACCOUNT");

        // Who is open and asks is meant. A question mark of another colour is before its name.
        await friend.RequestContactAsync(bob, "ann");
        await chat.HearsAsync("m?\u001b");
        await chat.SayAsync($"/to {bob}\r");
        await chat.HearsAsync($"[ann] speaks to {bob}; {bob} asks to be friends; /accept {bob} first");
        await chat.SayAsync("/accept\r");
        await chat.HearsAsync($"/accept {bob}: you are friends");

        await chat.SayAsync("\u0003");
        Assert.Equal(0, await chat.EndAsync());
    }

    /// <summary>The chat of ann on a terminal. It is drawn when this returns.</summary>
    private static async Task<Conversation> StartOnAScreenAsync(TestServer server)
    {
        const string Terminal = "/usr/bin/script";
        Skip.IfNot(File.Exists(Terminal), $"There is no {Terminal}, which gives a program a terminal.");
        // Where tests run in the background, the signal may be ignored by whatever is started there.
        var start = Dotnet.Describe(
            Dotnet.Root, Terminal, "-qefc", $"stty rows 40 cols 120; exec env --default-signal=INT dotnet '{Dotnet.Sample("ConsoleChat")}' --server {server.Address} --register ann", "/dev/null");
        // What builds somewhere is no terminal to the library that draws.
        foreach (var name in start.Environment.Keys.Where(static name => name is not ("PATH" or "HOME" or "TMPDIR") && !name.StartsWith("DOTNET", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        (start.Environment["TERM"], start.Environment["ORLEANSIM_PASSWORD"]) = ("xterm-256color", TestServer.Password);
        var chat = new Conversation(start);
        // The edge of a box: it is drawn from here on.
        await chat.HearsAsync("╰──");
        return chat;
    }

    private static Conversation Start(TestServer server, string account)
    {
        var start = Dotnet.Describe(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"), "--server", server.Address.ToString(), "--register", account);
        start.Environment["ORLEANSIM_PASSWORD"] = TestServer.Password;
        return new Conversation(start);
    }
}
