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
    [InlineData("TwoAccounts: ", "TwoAccounts", "nowhere")]
    [InlineData("UnityShaped.Player: ", "UnityShaped.Player", "nowhere")]
    [InlineData("usage: OwnSignIn ID_TOKEN FRIEND", "OwnSignIn")]
    public async Task Sample_CalledWrongly_SaysSoInALine(string beginning, params string[] command) =>
        Assert.StartsWith(beginning, await FailAsync(command), StringComparison.Ordinal);

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
        await chat.HearsAsync("[cleo] speaks to dan, who is no contact; /add dan asks");
        await chat.SayAsync("Hello?");
        await chat.HearsAsync("; /add dan asks to be friends");
        Assert.Equal(0, await chat.EndAsync());
    }

    [Fact]
    public async Task ConsoleChat_AskedHow_NamesWhatItTakes()
    {
        var (code, said) = await Dotnet.RunAsync(Dotnet.Root, "dotnet", Dotnet.Sample("ConsoleChat"), "--help");

        Assert.Equal(2, code);
        foreach (var word in (string[])["--server", "--register", "--invite CODE", "ORLEANSIM_PASSWORD"])
        {
            Assert.Contains(word, said, StringComparison.Ordinal);
        }
    }

    /// <summary>Runs a sample that ends with 1 and answers the only line that it says.</summary>
    private static async Task<string> FailAsync(params string[] command)
    {
        var (code, said) = await Dotnet.RunAsync(Dotnet.Root, ["dotnet", Dotnet.Sample(command[0]), .. command[1..]]);
        Assert.True(code == 1, said);
        return Assert.Single(said.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
