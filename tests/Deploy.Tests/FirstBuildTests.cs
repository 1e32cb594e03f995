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

    [Fact]
    public async Task CtrlC_WhileItBuilds_IsSaidAndLeavesNothing()
    {
        // To the shell and to the compiler, which ends in its own way.
        await CopyAsync(build: "kill -INT $PPID; exit 1");

        var command = await RunAsync(["run", "--engine", "solo"]);

        Assert.Equal((130, Notice + "\noim: interrupted.\n"), (command.Code, command.Errors));
        Assert.Empty(Directory.GetFiles(_clone.Path, "tmp.*"));
    }

    [Theory]
    [InlineData("cluster", "[--silos 3]", "loadtest")]
    [InlineData("run", "[--data DIR]", "cluster")]
    [InlineData("test", "[FILTER]", "./oim bench")]
    [InlineData("bench", "./oim bench e2e", "loadtest")]
    [InlineData("loadtest", "./oim loadtest compare", "fuzz")]
    [InlineData("fuzz", "./oim fuzz TARGET|all", "check")]
    [InlineData("check", "./oim check --config FILE", "fuzz")]
    [InlineData("api", "PublicAPI.Unshipped.txt", "licenses")]
    [InlineData("licenses", "docs/licenses.md", "PublicAPI")]
    public async Task Help_OfACommand_IsAboutItAlone(string command, string expected, string other)
    {
        await CopyAsync();

        foreach (var options in (string[][])[["--help"], ["-h"], ["--port", "5090", "--help"]])
        {
            var help = await RunAsync([command, .. options]);

            Assert.Equal((0, ""), (help.Code, help.Errors));
            Assert.StartsWith($"./oim {command}", help.Output, StringComparison.Ordinal);
            Assert.Contains(expected, help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(other, help.Output, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _clone.Dispose();

    private async Task CopyAsync(string build = ":")
    {
        foreach (var folder in (string[])["deploy", "artifacts", "bin"])
        {
            Directory.CreateDirectory(Path.Combine(_clone.Path, folder));
        }

        File.Copy(Repository.PathOf("oim"), Path.Combine(_clone.Path, "oim"));
        File.Copy(Repository.PathOf("deploy", "dependencies.sh"), Path.Combine(_clone.Path, "deploy", "dependencies.sh"));
        await File.WriteAllTextAsync(Path.Combine(_clone.Path, "artifacts", "engine.props"), "<Engine>Solo</Engine><EngineReason>a test</EngineReason>");
        var compiler = Path.Combine(_clone.Path, "bin", "dotnet");
        await File.WriteAllTextAsync(compiler, $$"""
            #!/bin/sh
            [ "$1" != build ] || { {{build}}; }
            [ "$1" != build ] || mkdir -p "{{_clone.Path}}/artifacts/solo/bin/$(basename "$2" .csproj)/release"
            """);
        await Command.OutputOfAsync(s_limit, "chmod", "+x", compiler);
    }

    private Task<Command> RunAsync(string[] command) => Command.RunAsync(
        s_limit,
        new Dictionary<string, string> { ["TMPDIR"] = _clone.Path, ["PATH"] = $"{Path.Combine(_clone.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
        // Whoever has these tests ignore SIGINT does not mean it.
        ["env", "--default-signal=INT", "bash", Path.Combine(_clone.Path, "oim"), .. command]);
}
