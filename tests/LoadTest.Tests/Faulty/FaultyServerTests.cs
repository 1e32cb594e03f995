using OrleansIM.LoadTest.Command;
using OrleansIM.LoadTest.Servers;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>The whole program against a real server behind a proxy that does one thing wrong: it is caught, and by its name.</summary>
public sealed class FaultyServerTests(FaultyServerTests.Fixture fixture) : IClassFixture<FaultyServerTests.Fixture>, IDisposable
{
    private static readonly string[] s_faults = ["lost", "duplicated", "reordered", "gaps", "leaks", "corrupted", "stale"];

    private readonly LoadTestRuns _runs = new();

    [Theory]
    [InlineData(Sin.None, null)]
    [InlineData(Sin.Drops, "gaps")]
    [InlineData(Sin.Doubles, "duplicated")]
    [InlineData(Sin.Reorders, "reordered")]
    [InlineData(Sin.Leaks, "leaks")]
    [InlineData(Sin.Forgets, "lost")]
    [InlineData(Sin.StoresTwice, "duplicated")]
    [InlineData(Sin.Garbles, "corrupted")]
    public async Task FaultyServer_IsCaughtByName(Sin sin, string? fault)
    {
        await using var proxy = await FaultyProxy.StartAsync(fixture.Address, sin);

        // Many messages for each of a few accounts, so that an event that is held back is soon followed by another.
        // What is lost is waited for as long as the patience is; a proxy that forgets has nothing else to be told from.
        var patience = sin == Sin.Forgets ? 3 : 10;
        await File.WriteAllTextAsync(_runs.Path("config.json"), $$"""{ "chat": { "kind": "steady-chat", "users": 4, "accounts": [1], "friends": 2, "warmUp": 0, "ramp": 0, "rate": 60, "patience": {{patience}} } }""");
        var (code, said, result) = await _runs.RunAsync("chat", "--config", _runs.Path("config.json"), "--seconds", "3", "--url", proxy.Address.OriginalString);

        Assert.True(sin == Sin.None || proxy.Sins > 0, $"the proxy did nothing: {said}");
        Assert.True(code == (fault is null ? LoadTestCommand.Clean : LoadTestCommand.Faulty), said);
        // An event that is held back when its connection ends is left out of that one.
        foreach (var name in s_faults.Where(name => (sin, name) != (Sin.Reorders, "gaps")))
        {
            Assert.True(result.GetProperty(name).GetInt64() > 0 == (name == fault), $"{name}: {said}");
        }

        if (fault is not null)
        {
            Assert.NotEmpty(result.GetProperty("examples").GetProperty(fault).EnumerateArray());
            Assert.Contains("FAULTY", said, StringComparison.Ordinal);
        }
    }

    [SkippableFact]
    public async Task ServerOfItsOwn_CtrlCAtTheTerminal_DoesNotReachIt()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "There is no /proc.");
        var stat = await File.ReadAllTextAsync($"/proc/{fixture.Pid}/stat");

        // After the name, which may have spaces: state, parent, process group, session.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Assert.Equal((fixture.Pid.ToString(), fixture.Pid.ToString()), (fields[2], fields[3]));
    }

    public void Dispose() => _runs.Dispose();

    public sealed class Fixture : IAsyncLifetime
    {
        private OwnServer? _server;

        public Uri Address => _server!.Gateways[0];

        public int Pid => _server!.Processes[0];

        public async Task InitializeAsync() => _server = await OwnServer.StartAsync(new Dictionary<string, string>(), CancellationToken.None);

        public async Task DisposeAsync()
        {
            if (_server is not null)
            {
                await _server.DisposeAsync();
            }
        }
    }
}
