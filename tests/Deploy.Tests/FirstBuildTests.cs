using OrleansIM.Deploy.Tests.Images;

namespace OrleansIM.Deploy.Tests;

/// <summary>What <c>./oim</c> says while it builds, in a clone of its own and with a compiler that only says where it would write.</summary>
public sealed class FirstBuildTests : IDisposable
{
    private const string Notice = "building, which takes a minute or two the first time";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TempDirectory _clone = new();

    [Theory]
    [InlineData("run", "--engine", "solo")]
    [InlineData("bench", "--engine", "solo")]
    [InlineData("loadtest", "--engine", "solo")]
    [InlineData("fuzz", "--engine", "solo")]
    [InlineData("check", "--config", "settings.json")]
    public async Task Command_ThatBuildsForTheFirstTime_SaysSoAndNotAgain(params string[] command)
    {
        await CopyAsync();

        var (first, second) = (await RunAsync(command), await RunAsync(command));

        Assert.Equal((0, 0), (first.Code, second.Code));
        Assert.Contains(Notice, first.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(Notice, second.Output + second.Errors, StringComparison.Ordinal);
    }

    public void Dispose() => _clone.Dispose();

    private async Task CopyAsync()
    {
        foreach (var folder in (string[])["deploy", "artifacts", "bin"])
        {
            Directory.CreateDirectory(Path.Combine(_clone.Path, folder));
        }

        File.Copy(Repository.PathOf("oim"), Path.Combine(_clone.Path, "oim"));
        File.Copy(Repository.PathOf("deploy", "dependencies.sh"), Path.Combine(_clone.Path, "deploy", "dependencies.sh"));
        await File.WriteAllTextAsync(Path.Combine(_clone.Path, "artifacts", "engine.props"), "<Engine>Solo</Engine><EngineReason>a test</EngineReason>");
        var compiler = Path.Combine(_clone.Path, "bin", "dotnet");
        await File.WriteAllTextAsync(compiler, $"""
            #!/bin/sh
            [ "$1" != build ] || mkdir -p "{_clone.Path}/artifacts/solo/bin/$(basename "$2" .csproj)/release"
            """);
        await Command.OutputOfAsync(s_limit, "chmod", "+x", compiler);
    }

    private Task<Command> RunAsync(string[] command) => Command.RunAsync(
        s_limit,
        new Dictionary<string, string> { ["PATH"] = $"{Path.Combine(_clone.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
        ["bash", Path.Combine(_clone.Path, "oim"), .. command]);
}
