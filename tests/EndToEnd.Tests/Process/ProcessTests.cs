using System.Net;
using System.Net.Sockets;
using OrleansIM.Hosting;

namespace OrleansIM.EndToEnd.Tests.Process;

/// <summary>The executable: how it stops, how it dies, and what it says when it cannot start.</summary>
public sealed class ProcessTests : IDisposable
{
    private const string NoSignals = "Windows has no SIGTERM.";
    private static readonly TimeSpan s_exit = TimeSpan.FromSeconds(15);

    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Terminated_UnderLoad_SaysByeAndKeepsEverythingAcknowledged()
    {
        Skip.If(OperatingSystem.IsWindows(), NoSignals);
        var chatters = new List<Chatter>();
        await using (var server = await ChildServer.StartAsync(_data.Path))
        {
            var load = await LoadAsync(server, chatters, pairs: 3);
            await UntilAsync(chatters, 300, load);

            await server.TerminateAsync();

            foreach (var chatter in chatters)
            {
                await chatter.Writer.ByeAsync(4000);
                Assert.True(chatter.Writer.Frames.Single(frame => frame.Is("bye")).Data.GetProperty("reconnect").GetBoolean());
            }

            await Task.WhenAll(load);
            Assert.Equal(0, await server.ExitAsync(s_exit));
            await Eventually.TrueAsync(() => server.Output.Contains("Stopped.", StringComparison.Ordinal), "the log to say that it has stopped");
            Assert.Contains("Stopping: ", server.Output, StringComparison.Ordinal);
        }

        await using var again = await ChildServer.StartAsync(_data.Path);
        await CheckAsync(chatters, again);
    }

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(150)]
    [InlineData(300)]
    public async Task Terminated_WhileItStarts_EndsAsIfItHadBeenReady(int milliseconds)
    {
        Skip.If(OperatingSystem.IsWindows(), NoSignals);
        await using var server = ChildServer.Launch(ChildServer.DataDirectory(_data.Path));
        await Eventually.TrueAsync(() => server.Output.Contains("schema up to date", StringComparison.Ordinal), "the storage");

        // Wherever in the start that is.
        await Task.Delay(milliseconds);
        await server.TerminateAsync();

        Assert.Equal(0, await server.ExitAsync(s_exit));
        Assert.DoesNotContain("Unhandled exception", server.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task ClusterPort_InUse_IsNamedBeforeAnythingElse()
    {
        Skip.If(BuildInfo.Engine == "Solo", "Solo has no cluster.");
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        await using var server = ChildServer.Launch(
            "--Cluster:Enabled=true", "--Cluster:AdvertisedAddress=127.0.0.1", $"--Cluster:Port={port}",
            "--Storage:Provider=postgres", "--Storage:ConnectionString=Host=127.0.0.1;Port=1;Username=nobody");

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        var said = Assert.Single(server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.StartsWith($"OrleansIM cannot start: Cluster:Port is {port}, where another process listens", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Killed_UnderLoadAgainAndAgain_LosesAndDoublesNothing()
    {
        var chatters = new List<Chatter>();
        for (var round = 1; round <= 5; round++)
        {
            await using var server = await ChildServer.StartAsync(_data.Path);
            var load = await LoadAsync(server, chatters, pairs: 3);
            await UntilAsync(chatters, chatters.Sum(chatter => chatter.Acknowledged) + 150, load);

            await server.KillAsync();

            await Task.WhenAll(load);
        }

        await using var last = await ChildServer.StartAsync(_data.Path);
        await CheckAsync(chatters, last);
    }

    [Fact]
    public async Task Configuration_WithFaults_NamesEachOnStandardErrorAndExitsWith1()
    {
        await using var server = ChildServer.Launch(
            ChildServer.DataDirectory(_data.Path), "--Storage:Provider=oops", "--Accounts:PasswordIterations=1", "--Gateway:Heartbeat=00:00:00", "--Links:MaxMembers=1",
            "--Storage:Provder=postgres", "--Storage:Sqlite:Synchron=Full", "--Mail:MaxRecipients=0", "--Mail:Domains:example.test:Imap:Hots=imap.example.test");

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        foreach (var setting in new[] { "Storage:Provider", "Accounts:PasswordIterations", "Gateway:Heartbeat", "Links:MaxMembers", "Storage:Provder", "Storage:Sqlite:Synchron ", "Mail:MaxRecipients", "Mail:Domains:example.test:Imap:Hots " })
        {
            Assert.Contains(setting, server.Errors, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Accounts:PasswordIterations", "many")]
    [InlineData("Links:Validation", "Sometimes")]
    [InlineData("Gateway:Heartbeat", "soon")]
    public async Task Configuration_ThatCannotBeRead_NamesTheSettingAndExitsWith1(string setting, string value)
    {
        await using var server = ChildServer.Launch(ChildServer.DataDirectory(_data.Path), $"--{setting}={value}");

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(setting, server.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", server.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DataDirectory_OfARunningServer_IsRefusedToASecond()
    {
        await using var first = await ChildServer.StartAsync(_data.Path);
        await using var second = ChildServer.Launch(ChildServer.DataDirectory(_data.Path));

        Assert.Equal(1, await second.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains(_data.Path, second.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", second.Errors, StringComparison.Ordinal);
        using var chatter = await Chatter.MeetAsync(first.Address);
        await chatter.SignInAsync(first.Address);
        await chatter.WriteAsync(until: 10);
        await chatter.CheckAsync(first.Address);
    }

    [Fact]
    public async Task Address_InUse_IsNamedOnStandardError()
    {
        await using var first = await ChildServer.StartAsync(_data.Path);
        using var otherData = new TempDirectory();
        await using var second = ChildServer.Launch($"--urls={first.Address}", ChildServer.DataDirectory(otherData.Path));

        Assert.Equal(1, await second.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("--urls", second.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ftp://x", "it has to begin with http:// or https://")]
    [InlineData("http://chat.example:5080", "write http://*:5080 if that is meant")]
    [InlineData("http://192.0.2.1:5080", "where this process cannot listen")]
    public async Task Address_WhereNobodyCanListen_IsOneLineOnStandardErrorAndExitsWith1(string address, string fault)
    {
        await using var server = ChildServer.Launch($"--urls={address}", ChildServer.DataDirectory(_data.Path));

        Assert.Equal(1, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        var said = Assert.Single(server.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.StartsWith($"OrleansIM cannot start: urls is '{address}'", said, StringComparison.Ordinal);
        Assert.Contains(fault, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_AskedFor_IsSaidAndNothingStarted()
    {
        await using var server = ChildServer.Run(new Dictionary<string, string>(), "--version");

        Assert.Equal(0, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        await Eventually.TrueAsync(() => server.Output.Length > 0, "the version");
        Assert.Equal($"OrleansIM {BuildInfo.Version}, engine {BuildInfo.Engine}", server.Output.Trim());
        Assert.Matches(@"^\d+\.\d+\.\d+(\+[0-9a-f]{12})?$", BuildInfo.Version);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_AskedFor_IsGivenAndNothingStarted(string argument)
    {
        await using var server = ChildServer.Run(new Dictionary<string, string>(), argument);

        Assert.Equal(0, await server.ExitAsync(TimeSpan.FromSeconds(30)));
        await Eventually.TrueAsync(() => server.Output.Contains("docs/operations.md", StringComparison.Ordinal), "the help");
    }

    [SkippableFact]
    public async Task SecretFile_ThatEverybodyMayRead_IsWarnedOfOnce()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var secret = Path.Combine(_data.Path, "secret");
        await File.WriteAllTextAsync(secret, "a secret of the operator, long enough");
        TempDirectory.Open(_data.Path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(secret, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        }

        await using var server = await ChildServer.StartAsync(_data.Path, "--Admin:Url=http://127.0.0.1:0", $"--Admin:SecretFile={secret}");

        Assert.Single(server.Output.Split('\n'), line => line.Contains("WRN OrleansIM.Silo Everybody on this machine may read the file of Admin:SecretFile.", StringComparison.Ordinal));
        Assert.Contains($"(version {BuildInfo.Version}, engine {BuildInfo.Engine}, ", server.Output, StringComparison.Ordinal);
    }

    private static async Task<Task[]> LoadAsync(ChildServer server, List<Chatter> chatters, int pairs)
    {
        while (chatters.Count < pairs)
        {
            chatters.Add(await Chatter.MeetAsync(server.Address));
        }

        foreach (var chatter in chatters)
        {
            await chatter.SignInAsync(server.Address);
        }

        return [.. chatters.Select(chatter => Task.Run(() => chatter.WriteAsync()))];
    }

    private static Task UntilAsync(List<Chatter> chatters, int acknowledged, Task[] load) => Eventually.TrueAsync(
        async () =>
        {
            // A writer that has ended says why; the others would only be waited for in vain.
            await Task.WhenAll(load.Where(writer => writer.IsCompleted));
            return chatters.Sum(chatter => chatter.Acknowledged) >= acknowledged;
        },
        $"{acknowledged} acknowledged messages",
        TimeSpan.FromSeconds(120));

    private static async Task CheckAsync(List<Chatter> chatters, ChildServer server)
    {
        foreach (var chatter in chatters)
        {
            await chatter.CheckAsync(server.Address);
            chatter.Dispose();
        }
    }
}
