using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.Samples.Tests;

/// <summary>What the samples say when something is missing: a line that helps, not where in their code it was.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("TwoAccounts")]
    [InlineData("UnityShaped.Player")]
    [InlineData("OwnSignIn", "a.b.c", "bob")]
    public async Task Sample_WithoutAServer_SaysSoInALine(string sample, params string[] arguments)
    {
        // Nobody listens at a port of this kind.
        var line = await FailAsync([sample, .. arguments, "http://127.0.0.1:1"]);

        Assert.StartsWith($"{sample}: unavailable ", line, StringComparison.Ordinal);
        Assert.Contains("http://127.0.0.1:1/ cannot be reached", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TwoAccounts: 'nowhere' is no address of a server, which is like http://127.0.0.1:5080 ", "TwoAccounts", "nowhere")]
    [InlineData("TwoAccounts: 'localhost:5080' is no address of a server, ", "TwoAccounts", "localhost:5080")]
    [InlineData("UnityShaped.Player: 'ftp://im.example.com' is no address of a server, ", "UnityShaped.Player", "ftp://im.example.com")]
    [InlineData("OwnSignIn: '/tmp' is no address of a server, ", "OwnSignIn", "a.b.c", "bob", "/tmp")]
    [InlineData("usage: OwnSignIn ID_TOKEN FRIEND", "OwnSignIn")]
    public async Task Sample_CalledWrongly_SaysSoInALine(string beginning, params string[] command) =>
        Assert.StartsWith(beginning, await FailAsync(2, command), StringComparison.Ordinal);

    [Fact]
    public async Task Sample_WithAnAddressThatIsNotTheServers_SaysWhichMayBe()
    {
        await using var server = await TestServer.StartAsync();
        var http = $"http://{server.Address.Authority}";
        var https = $"https://{server.Address.Authority}";

        var overTls = await FailAsync("TwoAccounts", https);
        var below = await FailAsync("TwoAccounts", $"{http}/chat");
        await using var chat = new Conversation(Dotnet.Describe(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"), "--server", https, "ann"));
        await chat.SayAsync(TestServer.Password);

        Assert.StartsWith($"TwoAccounts: unavailable {https}/ cannot be reached by TLS (", overTls, StringComparison.Ordinal);
        Assert.EndsWith($"). If it speaks http, its address is {http}/; else it needs a certificate that is trusted here.", overTls, StringComparison.Ordinal);
        Assert.Equal(
            $"TwoAccounts: unknown_op There is nothing at {http}/chat/v1/accounts (404). If the server does not live below /chat, its address is {http}.", below);
        Assert.Equal(1, await chat.EndAsync());
        await chat.HearsAsync($"unavailable: {https}/ cannot be reached by TLS (");
    }

    [Fact]
    public async Task TwoAccounts_SecondOneDeleted_SaysSoInALine()
    {
        await using var server = await TestServer.StartAsync();
        await using var ann = server.Sdk();
        await ann.RegisterAsync("ann.work", "correct horse battery staple");
        await ann.SignInAsync("ann.work", "correct horse battery staple");
        await ann.DeleteAccountAsync("correct horse battery staple");

        Assert.StartsWith("TwoAccounts: unknown_account ann.work ", await FailAsync("TwoAccounts", server.Address.ToString()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Samples_WhereAccountsAreMadeByInvite_SayWhatIsMissingAndTheChatTakesOne()
    {
        await using var server = await TestServer.StartAsync("--Accounts:Registration=Invite");
        var address = server.Address.ToString();
        foreach (var sample in (string[])["TwoAccounts", "UnityShaped.Player"])
        {
            Assert.StartsWith($"{sample}: bad_invite ", await FailAsync(sample, address), StringComparison.Ordinal);
        }

        await using var dan = server.Sdk();
        await dan.RegisterAsync("dan", TestServer.Password, invite: await server.InviteAsync());
        var invite = await server.InviteAsync();
        await using var chat = new Conversation(Dotnet.Describe(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"), "--server", address, "--invite", invite));
        await chat.HearsAsync("account:");
        await chat.SayAsync("cleo");
        await chat.HearsAsync("password:");
        await chat.SayAsync(TestServer.Password);
        await chat.HearsAsync("[cleo] cleo, master, 0 unread, open");
        await chat.SayAsync("/contacts");
        await chat.HearsAsync("[cleo] has no contacts yet; /add ACCOUNT asks somebody");
        await chat.SayAsync("/to dan");
        await chat.HearsAsync("[cleo] speaks to dan; dan is no contact; /add dan asks to be friends");
        await chat.SayAsync("Hello?");
        await chat.HearsAsync("[cleo] cleo to dan: Hello? (failed) not_friends: dan is no contact; /add dan asks to be friends");
        Assert.Equal(1, await chat.EndAsync());
    }

    [Fact]
    public async Task ConsoleChat_PipedToSomebodyWhoHasNotAccepted_SaysSoAndEndsWith1()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await server.RegisterAsync("bob");
        await using (var first = Chat(server, TestServer.Password, "--register", "ann"))
        {
            await first.SayAsync($"/add {bob}");
            Assert.Equal(0, await first.EndAsync());
            await first.HearsAsync($"/add {bob}: asked; {bob} has not accepted yet");
        }

        // Its last line is refused after the input has ended.
        await using (var second = Chat(server, TestServer.Password, "ann"))
        {
            await second.SayAsync($"/to {bob}");
            await second.SayAsync("Hello?");
            Assert.Equal(1, await second.EndAsync());
            await second.HearsAsync($"[ann] speaks to {bob}; {bob} has not accepted yet");
            await second.HearsAsync($"[ann] ann to {bob}: Hello? (failed) not_friends: {bob} has not accepted yet");
        }

        await using var third = Chat(server, TestServer.Password, bob);
        await third.SayAsync("/to ann");
        await third.SayAsync("/accept ann");
        await third.SayAsync("Hello!");
        Assert.Equal(0, await third.EndAsync());
        await third.HearsAsync($"[{bob}] speaks to ann; ann asks to be friends; /accept ann first");
        await third.HearsAsync("/accept ann: you are friends");
        await using var ann = await server.SdkAsync("ann");
        await ann.ShowsAsync("ann", page => page.Unread.GetValueOrDefault(bob) == 1, "the message that was the last line");
    }

    [Fact]
    public async Task ConsoleChat_CommandsThatAreRefused_AreNamedAndEndItWith1()
    {
        await using var server = await TestServer.StartAsync();
        await using var chat = Chat(server, TestServer.Password, "--register", "ann");
        foreach (var line in (string[])["/add nobody", "/add", "/accept", "/presence", "/to", "/history", "/presence asleep", "/as bob", "/shout", "Hello?", "/presence away"])
        {
            await chat.SayAsync(line);
        }

        Assert.Equal(1, await chat.EndAsync());
        await chat.HearsAsync("/add nobody: unknown_account: ");
        await chat.HearsAsync("/add: whom? /add ACCOUNT");
        await chat.HearsAsync("/accept: whom? /accept ACCOUNT");
        await chat.HearsAsync("/presence: which? /presence online|away|busy|invisible");
        await chat.HearsAsync("/to: with whom? /to CONTACT");
        await chat.HearsAsync("/history: with whom? /to CONTACT first");
        await chat.HearsAsync("/presence asleep: invalid_argument: status: ");
        await chat.HearsAsync("/as bob: that is none of your accounts; they are ann");
        await chat.HearsAsync("/shout: there is no such command; there are /accounts ");
        await chat.HearsAsync("not sent: nobody is chosen to write to; ");
        await chat.HearsAsync("/presence away: set");
    }

    [Theory]
    [InlineData(null, "There is no password: put it into ORLEANSIM_PASSWORD")]
    [InlineData("/to bob", "A command stands where the password has to: put it into ORLEANSIM_PASSWORD")]
    public async Task ConsoleChat_WithoutAPassword_NamesWhereItIsLookedFor(string? line, string said)
    {
        await using var server = await TestServer.StartAsync();
        await using var chat = Chat(server, null, "--register", "ann");
        if (line is not null)
        {
            await chat.SayAsync(line);
        }

        Assert.Equal(1, await chat.EndAsync());
        await chat.HearsAsync(said);
    }

    [Theory]
    [InlineData(null, "There is no account: name it in the arguments, or in the first line of the input.")]
    [InlineData("/to bob", "A command stands where the account has to: name it in the arguments, or in the first line of the input.")]
    public async Task ConsoleChat_WithoutAnAccount_SaysSoBeforeItAsksForAPassword(string? line, string said)
    {
        var start = Dotnet.Describe(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"));
        start.Environment["ORLEANSIM_PASSWORD"] = "";
        await using var chat = new Conversation(start);
        if (line is not null)
        {
            await chat.SayAsync(line);
        }

        Assert.Equal(1, await chat.EndAsync());
        await chat.HearsAsync(said);
        Assert.DoesNotContain("password", chat.Heard(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsoleChat_RegisteringWhatIsThereWithAnotherPassword_SaysThatAndWhatToDo()
    {
        await using var server = await TestServer.StartAsync();
        var bob = await server.RegisterAsync("bob");
        await using var chat = Chat(server, "another horse battery staple", "--register", bob);

        Assert.Equal(1, await chat.EndAsync());
        await chat.HearsAsync($"account_taken: {bob} is there already, and this password does not sign in to it. If it is yours, sign in with its own password, without --register;");
    }

    [Theory]
    [InlineData("--foo: there is no such option", "--foo")]
    [InlineData("'localhost:5080' is no address of a server, which is like http://127.0.0.1:5080 or https://im.example.com", "--server", "localhost:5080", "ann")]
    [InlineData("--server: the address of a server has to follow, which is like http://127.0.0.1:5080 or https://im.example.com", "ann", "--server")]
    [InlineData("--invite: the code of an invite has to follow", "--register", "--invite")]
    [InlineData("ben: one account signs in, and that is ann", "ann", "ben")]
    public async Task ConsoleChat_CalledWrongly_NamesTheArgument(string fault, params string[] arguments)
    {
        var (code, said) = await Dotnet.RunAsync(Dotnet.Root, ["dotnet", Dotnet.Sample("ConsoleChat"), .. arguments]);

        Assert.Equal(2, code);
        Assert.StartsWith($"ConsoleChat: {fault}{Environment.NewLine}usage: ConsoleChat ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ConsoleChat_AskedHow_NamesWhatItTakes()
    {
        var (code, said) = await Dotnet.RunAsync(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"), "--help");

        Assert.Equal(0, code);
        foreach (var word in (string[])["--server", "--register", "--invite CODE", "ORLEANSIM_PASSWORD"])
        {
            Assert.Contains(word, said, StringComparison.Ordinal);
        }
    }

    private static Conversation Chat(TestServer server, string? password, params string[] arguments)
    {
        var start = Dotnet.Describe(Dotnet.Root, ["dotnet", Dotnet.Sample("ConsoleChat"), "--server", server.Address.ToString(), .. arguments]);
        start.Environment["ORLEANSIM_PASSWORD"] = password ?? "";
        return new Conversation(start);
    }

    private static Task<string> FailAsync(params string[] command) => FailAsync(1, command);

    /// <summary>Runs a sample that ends with that code and answers the only line that it says.</summary>
    private static async Task<string> FailAsync(int code, string[] command)
    {
        var (ended, said) = await Dotnet.RunAsync(Dotnet.Root, ["dotnet", Dotnet.Sample(command[0]), .. command[1..]]);
        Assert.True(ended == code, said);
        return Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
