using OrleansIM.LoadTest.Command;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>The program as it is used, a few seconds of each.</summary>
public sealed class RealRunTests : IDisposable
{
    private readonly LoadTestRuns _runs = new();

    [Fact]
    public async Task Mixed_WithItsOwnServer_IsCorrectAndReported()
    {
        var (code, said, result) = await _runs.RunAsync(
            "mixed", "--users", "8", "--seconds", "4", "--rate", "40", "--seed", "7", "--html", _runs.Path("report.html"));

        Assert.True(code == LoadTestCommand.Clean, said);
        Assert.Equal("mixed", result.GetProperty("scenario").GetString());
        Assert.Equal((7, 8), (result.GetProperty("seed").GetInt32(), result.GetProperty("users").GetInt32()));
        Assert.True(result.GetProperty("acknowledged").GetInt64() > 0, said);
        Assert.True(result.GetProperty("verifiedEntries").GetInt64() > result.GetProperty("acknowledged").GetInt64(), said);
        Assert.True(result.GetProperty("latencyMs").GetProperty("p99").GetDouble() > 0, said);
        var html = await File.ReadAllTextAsync(_runs.Path("report.html"));
        Assert.Contains("nothing lost", html, StringComparison.Ordinal);
        Assert.Contains("<svg", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html.Replace("http://127.0.0.1", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task SignInStorm_ByPassword_MeasuresEachNumberOfAccounts()
    {
        var (code, said, result) = await _runs.RunAsync("signin-storm", "--users", "6", "--seconds", "4", "--rate", "12", "--accounts", "1,3");

        Assert.True(code == LoadTestCommand.Clean, said);
        Assert.True(result.GetProperty("signInMs").GetProperty("count").GetInt64() > 5, said);
        Assert.Equal(["1", "3"], result.GetProperty("signInByAccountsMs").EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public async Task Chaos_OnOneProcess_BreaksItAndLosesNothing()
    {
        await File.WriteAllTextAsync(_runs.Path("config.json"), """{ "storm": { "kind": "mixed", "users": 6, "accounts": [1, 2], "patience": 60, "warmUp": 0 } }""");
        var (code, said, result) = await _runs.RunAsync("storm", "--config", _runs.Path("config.json"), "--seconds", "10", "--rate", "30", "--chaos", "--cluster", "none");

        Assert.True(code == LoadTestCommand.Clean, said);
        Assert.NotEmpty(result.GetProperty("chaos").EnumerateArray());
        Assert.True(result.GetProperty("reconnects").GetInt64() > 0, said);
    }

    public void Dispose() => _runs.Dispose();
}
