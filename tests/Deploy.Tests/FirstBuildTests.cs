using System.Text.RegularExpressions;
using OrleansIM.Deploy.Tests.Images;
using OrleansIM.Hosting;

namespace OrleansIM.Deploy.Tests;

/// <summary>What <c>./oim</c> says while it builds, in a clone of its own and with a compiler that only says where it would write.</summary>
public sealed class FirstBuildTests : IDisposable
{
    private const string Notice = "building, which takes a minute or two the first time";

    private const string ClusterArguments = "tests/LocalCluster/ClusterArguments.cs";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly TempDirectory _clone = new();

    [Theory]
    [InlineData("run", "--engine", "solo")]
    [InlineData("bench", "pieces", "--engine", "solo")]
    [InlineData("loadtest", "mixed", "--engine", "solo")]
    [InlineData("fuzz", "--engine", "solo")]
    [InlineData("check", "--config", "/dev/null")]
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
        // To the shell and to the compiler, which ends in its own way. It has made its folders then.
        await CopyAsync(build: """mkdir -p "${0%/*}/../artifacts/solo/bin/Silo/release"; kill -INT $PPID; exit 1""");

        // What was interrupted was not the first build yet.
        foreach (var command in (Command[])[await RunAsync(["run", "--engine", "solo"]), await RunAsync(["run", "--engine", "solo"])])
        {
            Assert.Equal((130, Notice + "\noim: interrupted.\n"), (command.Code, command.Errors));
            Assert.Empty(Directory.GetFiles(_clone.Path, "tmp.*"));
        }
    }

    [Fact]
    public async Task LaterBuild_ThatTakesItsTime_IsSaid()
    {
        const string Said = "building what has changed";
        var errors = Path.Combine(_clone.Path, "errors");
        // One that takes until somebody has said so.
        await CopyAsync(build: $"""[ ! -e "{errors}" ] || for i in $(seq 600); do ! grep -q "{Said}" "{errors}" || break; sleep 0.1; done""");
        await RunAsync(["run", "--engine", "solo"]);

        var later = await RunAsync(["run", "--engine", "solo"], errorsTo: errors);

        Assert.Equal((0, Said + "\n"), (later.Code, await File.ReadAllTextAsync(errors)));
    }

    [Theory]
    [InlineData("run --urls=", "oim: --urls needs an address, like http://127.0.0.1:5080.")]
    [InlineData("run --urls", "oim: --urls needs an address, like http://127.0.0.1:5080.")]
    [InlineData("help frob", "oim: 'frob' is not a command.")]
    [InlineData("bench frob", "oim: bench: 'frob' is not understood. There is pieces and e2e")]
    [InlineData("bench --quick", "oim: bench: '--quick' is not understood.")]
    [InlineData("cluster --silos x", "oim: cluster: '--silos x' is not understood. There are --silos N")]
    [InlineData("cluster --gateways=21", "oim: cluster: '--gateways 21' is not understood.")]
    [InlineData("cluster frob", "oim: cluster: 'frob' is not understood.")]
    [InlineData("cluster --logs", "oim: cluster: '--logs' is not understood.")]
    [InlineData("loadtest frob --users 5", "oim: loadtest: there is no scenario 'frob'. There is signin-storm, steady-chat,")]
    [InlineData("loadtest capacity frob", "oim: loadtest: there is no scenario 'frob'.")]
    [InlineData("loadtest --users 5 --chaos frob", "oim: loadtest: there is no scenario 'frob'.")]
    [InlineData("loadtest stedy-chat", "oim: loadtest: there is no scenario 'stedy-chat'. Is steady-chat meant?")]
    [InlineData("loadtest --users 5", "oim: loadtest: which scenario? There is signin-storm, steady-chat,")]
    [InlineData("loadtest mixed --usres 5", "oim: loadtest: there is no option '--usres'. Is --users meant?")]
    [InlineData("loadtest mixed --frob=5", "oim: loadtest: there is no option '--frob'. There is --accounts, --chaos,")]
    [InlineData("loadtest mixed -u", "oim: loadtest: there is no option '-u'.")]
    [InlineData("check --config nothing.json", "oim: check: there is no file 'nothing.json'.")]
    [InlineData("check --config=nothing.json", "oim: check: there is no file 'nothing.json'.")]
    [InlineData("fuzz htpp", "oim: fuzz: there is no target 'htpp'. Is http meant?")]
    [InlineData("fuzz http --seed 3 frobnicate", "oim: fuzz: there is no target 'frobnicate'. There is carddav, carddav-client,")]
    [InlineData("fuzz http --secnods 5", "oim: fuzz: there is no option '--secnods'. Is --seconds meant?")]
    public async Task Command_ThatIsNotUnderstood_IsRefusedBeforeItBuilds(string command, string fault)
    {
        await CopyAsync();

        var refused = await RunAsync(command.Split(' '));

        Assert.Equal((2, ""), (refused.Code, refused.Output));
        Assert.StartsWith(fault, refused.Errors, StringComparison.Ordinal);
        Assert.Single(refused.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("--silos 8")]
    [InlineData("--gateways=0")]
    [InlineData("--port 5101")]
    public async Task Cluster_LargerThanTheProgramTakes_IsRefusedBeforeItBuilds(string beyond)
    {
        await CopyAsync();
        var program = Path.Combine(_clone.Path, ClusterArguments);
        var text = await File.ReadAllTextAsync(program);
        await File.WriteAllTextAsync(program, Regex.Replace(Regex.Replace(text, "MostNodes = [0-9]+;", "MostNodes = 7;"), "LastPort = [0-9]+;", "LastPort = 5100;"));

        var refused = await RunAsync(["cluster", .. beyond.Split(' ')]);

        Assert.Equal(2, refused.Code);
        Assert.EndsWith(
            "is not understood. There are --silos N, --gateways N (1 to 7), --port N (to 5100), --logs DIR and settings like --Section:Key=value.\n",
            refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("loadtest", "steady-chat", "--users", "5")]
    [InlineData("loadtest", "capacity", "mixed")]
    [InlineData("loadtest", "mine", "--config", "mine.json")]
    [InlineData("loadtest", "compare", "a.json", "b.json")]
    [InlineData("loadtest", "--users", "5", "mixed")]
    [InlineData("loadtest", "mixed", "--seed", "-5", "--Gateway:Heartbeat=00:00:05", "--json=a.json")]
    [InlineData("fuzz", "http", "--seconds", "5", "jwt")]
    [InlineData("fuzz", "all")]
    [InlineData("bench", "pieces", "Edge")]
    [InlineData("bench", "e2e", "--only", "ours", "--quick")]
    public async Task Command_ThatIsUnderstood_IsBuiltAndRun(params string[] command)
    {
        await CopyAsync();

        var done = await RunAsync([.. command, "--engine", "solo"]);

        Assert.Equal((0, Notice + "\n"), (done.Code, done.Errors));
    }

    [Fact]
    public async Task Check_OfTheSource_SaysWhatItIsAtAndWhatIsWrong()
    {
        await CopyAsync(format: """
            echo "Loading workspace."
            echo "Duplicate source file 'PublicAPI.Shipped.txt' in project 'Protocol.csproj'" >&2
            echo "Project Protocol is using configuration from '.editorconfig'."
            echo "Running formatters."
            echo "Frame.cs(3,1): error WHITESPACE: Fix whitespace formatting." >&2
            echo "Running Code Style analysis."
            echo "Running 9 analyzers on Protocol(net10.0)."
            echo "Running Analyzer Reference analysis."
            echo "Running 153 analyzers on Silo."
            exit 2
            """);

        var check = await RunAsync(["check"]);

        Assert.Equal(1, check.Code);
        Assert.Contains(
            "takes most of the time\n   loading every project\n   format\n   code style: Protocol(net10.0)\n   analyzers: Silo\n== links in the docs\n",
            check.Output, StringComparison.Ordinal);
        Assert.StartsWith("Frame.cs(3,1): error WHITESPACE", check.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_IsTheOneOfTheBuild()
    {
        await CopyAsync();
        var version = BuildInfo.Version.Split('+')[0];

        foreach (var command in (string[])["version", "--version"])
        {
            var said = await RunAsync([command]);

            // It may lie in somebody else's clone, whose commit is named then.
            Assert.Matches($@"^OrleansIM {Regex.Escape(version)}(\+[0-9a-f]{{12}})?\n$", said.Output);
        }
    }

    [Theory]
    [InlineData("cluster", "[--silos 3]", "loadtest")]
    [InlineData("run", "[--data DIR]", "cluster")]
    [InlineData("test", "[FILTER]", "./oim bench")]
    [InlineData("bench", "./oim bench e2e", "loadtest")]
    [InlineData("loadtest", "./oim loadtest compare", "fuzz")]
    [InlineData("fuzz", "./oim fuzz TARGET|all", "check")]
    [InlineData("check", "./oim check --config FILE", "fuzz")]
    [InlineData("version", "Which version", "PublicAPI")]
    [InlineData("api", "PublicAPI.Unshipped.txt", "licenses")]
    [InlineData("licenses", "docs/licenses.md", "PublicAPI")]
    [InlineData("help", "[COMMAND]", "Which version")]
    public async Task Help_OfACommand_IsAboutItAlone(string command, string expected, string other)
    {
        await CopyAsync();

        foreach (var words in (string[][])[[command, "--help"], [command, "-h"], [command, "--port", "5090", "--help"], ["help", command]])
        {
            var help = await RunAsync(words);

            Assert.Equal((0, ""), (help.Code, help.Errors));
            Assert.StartsWith($"./oim {command}", help.Output, StringComparison.Ordinal);
            Assert.Contains(expected, help.Output, StringComparison.Ordinal);
            Assert.DoesNotContain(other, help.Output, StringComparison.Ordinal);
        }
    }

    /// <summary>What can be listed without a build is in files beside the programs, and they say the same.</summary>
    [Theory]
    [InlineData("bench", "Benchmarks")]
    [InlineData("loadtest", "LoadTest")]
    public async Task List_IsWhatTheProgramSaysAndNeedsNoBuild(string command, string program)
    {
        await CopyAsync(build: "exit 1");

        var listed = await RunAsync([command]);
        // artifacts/<engine>/bin/<project>/<configuration>
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var said = await Command.OutputOfAsync(s_limit, "dotnet", Path.Combine(here, "..", "..", program, Path.GetFileName(here), $"OrleansIM.{program}.dll"));

        Assert.Equal((0, ""), (listed.Code, listed.Errors));
        Assert.Equal(said.TrimEnd(), listed.Output.TrimEnd());
    }

    public void Dispose() => _clone.Dispose();

    private async Task CopyAsync(string build = ":", string format = ":")
    {
        foreach (var folder in (string[])["deploy", "artifacts", "bin", "tests/Benchmarks", "tests/LoadTest/Scenarios", "tests/LocalCluster"])
        {
            Directory.CreateDirectory(Path.Combine(_clone.Path, folder));
        }

        foreach (var file in (string[])
            ["oim", "Directory.Build.props", "deploy/dependencies.sh", "tests/Benchmarks/list.txt", "tests/LoadTest/Scenarios/scenarios.json", ClusterArguments])
        {
            File.Copy(Repository.PathOf(file), Path.Combine(_clone.Path, file));
        }

        foreach (var corpus in Directory.GetDirectories(Repository.PathOf("tests/Fuzz/Corpora")))
        {
            Directory.CreateDirectory(Path.Combine(_clone.Path, "tests/Fuzz/Corpora", Path.GetFileName(corpus)));
        }

        await File.WriteAllTextAsync(Path.Combine(_clone.Path, "artifacts", "engine.props"), "<Engine>Solo</Engine><EngineReason>a test</EngineReason>");
        var compiler = Path.Combine(_clone.Path, "bin", "dotnet");
        await File.WriteAllTextAsync(compiler, $$"""
            #!/bin/sh
            [ "$1" != build ] || { {{build}}; }
            [ "$1" != format ] || { {{format}}; }
            [ "$1" = build ] || exit 0
            name=$(basename "$2" .csproj)
            mkdir -p "{{_clone.Path}}/artifacts/solo/bin/$name/release"
            touch "{{_clone.Path}}/artifacts/solo/bin/$name/release/OrleansIM.$name.dll"
            """);
        await Command.OutputOfAsync(s_limit, "chmod", "+x", compiler);
    }

    private Task<Command> RunAsync(string[] command, string errorsTo = "/dev/stderr") => Command.RunAsync(
        s_limit,
        new Dictionary<string, string> { ["TMPDIR"] = _clone.Path, ["PATH"] = $"{Path.Combine(_clone.Path, "bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
        // Whoever has these tests ignore SIGINT does not mean it.
        ["env", "--default-signal=INT", "bash", "-c", "to=$1; shift; exec bash \"$@\" 2>>\"$to\"", "bash", errorsTo, Path.Combine(_clone.Path, "oim"), .. command]);
}
