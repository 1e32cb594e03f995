using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using OrleansIM.LoadTest.Command;
using OrleansIM.LoadTest.Settings;
using OrleansIM.LoadTest.Tests.Faulty;

namespace OrleansIM.LoadTest.Tests.Settings;

public sealed class OptionsTests : IDisposable
{
    private readonly LoadTestRuns _runs = new();

    [Fact]
    public void Options_AreTaken()
    {
        var options = LoadTestOptions.Parse(
            ["mixed", "--users", "7", "--seconds=2.5", "--rate", "9", "--accounts", "1,5", "--seed", "3", "--chaos", "--Storage:Provider=postgres"]);
        var settings = options.LaidOver(new ScenarioSettings { Profile = [[0, 1]], WarmUp = 100 });

        Assert.Equal(("mixed", 3, true), (options.Scenario, options.Seed, options.Chaos));
        Assert.Equal((7, 2.5, 9.0), (settings.Users, settings.Seconds, settings.Rate));
        Assert.Equal([1, 5], settings.Accounts);
        Assert.Equal("postgres", settings.Server["Storage:Provider"]);
        Assert.Null(settings.Profile);
        Assert.True(settings.WarmUp <= settings.Seconds);
    }

    [Fact]
    public void Capacity_IsAsked_WithItsLimits()
    {
        var options = LoadTestOptions.Parse(["capacity", "steady-chat", "--p99", "latencyMs=50", "--p99=ackMs=40", "--url", "http://one,http://two"]);

        Assert.True(options.IsCapacity);
        Assert.Equal("steady-chat", options.Scenario);
        Assert.Equal((50, 40), (options.P99["latencyMs"], options.P99["ackMs"]));
        Assert.Equal(2, options.Gateways.Count);
    }

    [Theory]
    [InlineData("--users", "mixed", "--users", "many")]
    [InlineData("--users", "mixed", "--users", "1")]
    [InlineData("--users needs a value", "mixed", "--users")]
    [InlineData("--seconds needs a value", "mixed", "--seconds", "--chaos")]
    [InlineData("--seconds is a number above 0", "mixed", "--seconds", "0")]
    [InlineData("--seconds is a number above 0", "mixed", "--seconds", "-3")]
    [InlineData("--seed", "mixed", "--seed", "x")]
    [InlineData("--accounts", "mixed", "--accounts", "1,x")]
    [InlineData("accounts:", "mixed", "--accounts", "99")]
    [InlineData("--url", "mixed", "--url", "localhost:5080")]
    [InlineData("cannot be reached", "mixed", "--url", "http://127.0.0.1:1")]
    [InlineData("--chaos", "mixed", "--url", "http://127.0.0.1:1", "--chaos")]
    [InlineData("--Section:Key=value", "mixed", "--url", "http://127.0.0.1:1", "--A:B=c")]
    [InlineData("--cluster", "mixed", "--cluster", "2")]
    [InlineData("--cluster", "mixed", "--cluster", "0,2")]
    [InlineData("--cluster", "mixed", "--url", "http://127.0.0.1:1", "--cluster", "2,2")]
    [InlineData("settings of the server", "mixed", "--Storage:Provider")]
    [InlineData("'--loud' is not understood", "mixed", "--loud")]
    [InlineData("One scenario at a time", "mixed", "soak")]
    [InlineData("There is no scenario 'mixt'", "mixt")]
    [InlineData("steady-chat", "mixt")]
    [InlineData("Which scenario?", "--users", "3")]
    [InlineData("--p99", "mixed", "--p99", "latencyMs=5")]
    [InlineData("--p99", "capacity", "mixed", "--p99", "latencyMs")]
    [InlineData("capacity.p99: there is no speed", "capacity", "mixed", "--p99", "speed=5")]
    [InlineData("What has to be met?", "capacity", "mixed")]
    [InlineData("leave --chaos out", "capacity", "mixed", "--p99", "latencyMs=5", "--chaos")]
    [InlineData("--html: there is no folder", "mixed", "--html", "/no/such/folder/a.html")]
    [InlineData("cannot be read", "mixed", "--config", "/no/such/file.json")]
    public async Task Arguments_ThatAreWrong_AreNamed(string expected, params string[] arguments)
    {
        var (code, said, _) = await _runs.RunAsync(arguments);

        Assert.Equal(LoadTestCommand.Unusable, code);
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Url_ThatIsNotTheServers_IsNamedWithWhatMayBe()
    {
        // It has nothing at any path.
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var app = builder.Build();
        await app.StartAsync();
        var http = new Uri(app.Urls.Single());

        var (code, overTls, _) = await _runs.RunAsync("mixed", "--url", $"https://{http.Authority}");
        var (other, below, _) = await _runs.RunAsync("mixed", "--url", $"http://{http.Authority}/chat/");

        Assert.Equal((LoadTestCommand.Unusable, LoadTestCommand.Unusable), (code, other));
        Assert.StartsWith($"loadtest: https://{http.Authority}/ cannot be reached by TLS (", overTls, StringComparison.Ordinal);
        Assert.Contains($"). If it speaks http, its address is {http};", overTls, StringComparison.Ordinal);
        Assert.Equal(
            $"loadtest: There is nothing at {http}chat/readyz (404). If the server does not live below /chat, its address is http://{http.Authority}.", below.TrimEnd());
    }

    [Theory]
    [InlineData("is not JSON", "{")]
    [InlineData("JSON object", "[]")]
    [InlineData("'mine' needs a kind", """{ "mine": {} }""")]
    [InlineData("'mine' needs a kind", """{ "mine": { "kind": "nothing" } }""")]
    [InlineData("'mine' has to be an object", """{ "mine": 3 }""")]
    [InlineData("userz", """{ "mine": { "kind": "mixed", "userz": 3 } }""")]
    [InlineData("users", """{ "mine": { "kind": "mixed", "users": "three" } }""")]
    [InlineData("mix: holds", """{ "mine": { "kind": "mixed", "mix": { "sleep": 1 } } }""")]
    [InlineData("think:", """{ "mine": { "kind": "mixed", "think": [3, 1] } }""")]
    [InlineData("profile:", """{ "mine": { "kind": "mixed", "profile": [[3, 1], [1, 1]] } }""")]
    [InlineData("stop.p99", """{ "mine": { "kind": "mixed", "stop": { "p99": { "speed": 1 } } } }""")]
    [InlineData("bodyBytes:", """{ "mine": { "kind": "mixed", "bodyBytes": 3 } }""")]
    public async Task Config_ThatIsWrong_IsNamed(string expected, string config)
    {
        await File.WriteAllTextAsync(_runs.Path("config.json"), config);

        var (code, said, _) = await _runs.RunAsync("mine", "--config", _runs.Path("config.json"));

        Assert.Equal(LoadTestCommand.Unusable, code);
        Assert.Contains(expected, said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Config_LiesOverItsKind()
    {
        await File.WriteAllTextAsync(_runs.Path("config.json"), """{ "mixed": { "users": 3 }, "mine": { "kind": "mixed", "rate": 7, /* said twice */ "seconds": 9, }, "ours": { "kind": "mine", "rate": 8 } }""");
        var file = ScenarioFile.Load(_runs.Path("config.json"));

        Assert.Equal((3, 150.0), Of("mixed"));
        Assert.Equal((3, 7.0), Of("mine"));
        Assert.Equal((3, 8.0), Of("ours"));
        Assert.Equal(("mixed", 9.0), (file.Find("ours", found => found).Kind, file.Find("ours", found => found).Seconds));

        (int, double) Of(string name) => (file.Find(name, found => found).Users, file.Find(name, found => found).Rate);
    }

    [Fact]
    public void BuiltIn_Scenarios_AreRightAndHaveAClass()
    {
        var file = ScenarioFile.Load(null);
        foreach (var name in file.Names)
        {
            Assert.Contains(file.Find(name, found => found).Kind, OrleansIM.LoadTest.Scenarios.ScenarioKinds.Names);
            Assert.NotNull(file.Find(name, found => found).About);
        }

        Assert.Equal(OrleansIM.LoadTest.Scenarios.ScenarioKinds.Names.Order(), file.Names.Order());
    }

    public void Dispose() => _runs.Dispose();
}
