using System.Text;
using OrleansIM.Fuzz.Engine;

namespace OrleansIM.Fuzz.Tests;

/// <summary>That faults are found at all: at targets that have one of each kind.</summary>
public sealed class FuzzerTests
{
    private static readonly FuzzOptions s_options = new() { Inputs = 20_000, Slow = TimeSpan.FromMinutes(1), Stuck = TimeSpan.FromMinutes(2) };

    [Fact]
    public async Task Run_TargetThatThrows_FindsItAndShrinksTheInput()
    {
        await using var target = new Faulty(text => text.Contains("<x>", StringComparison.Ordinal) && text.Contains('9', StringComparison.Ordinal) ? throw new InvalidOperationException("boom") : "fine");

        var finding = Assert.Single((await RunAsync(target, s_options)).Findings);

        Assert.Contains("InvalidOperationException", finding.Kind, StringComparison.Ordinal);
        Assert.Equal(4, finding.Input.Length);
    }

    [Theory]
    [InlineData("x", "--seconds needs a whole number, such as --seconds 60, not 'x'.")]
    [InlineData(null, "--seconds needs a whole number, such as --seconds 60.")]
    public async Task Command_OptionWithoutItsNumber_SaysSo(string? value, string said)
    {
        using var errors = new StringWriter();

        Assert.Equal(2, await FuzzCommand.RunAsync(["frames", "--seconds", .. value is null ? Array.Empty<string>() : [value]], TextWriter.Null, errors));

        Assert.Contains(said, errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralFaults_FindsEachOnce()
    {
        await using var target = new Faulty(text => text.Contains("<x>", StringComparison.Ordinal) ? throw new BrokenPromiseException("no x", text)
            : text.Contains("<y>", StringComparison.Ordinal) ? throw new BrokenPromiseException("no y", text) : "fine");

        Assert.Equal(["no x", "no y"], (await RunAsync(target, s_options)).Findings.Select(finding => finding.Kind).Order());
    }

    [Fact]
    public async Task Run_InputBehindAnother_IsReachedByNewOutcomes()
    {
        // Nothing on file has any of it, and one mutation does not make it.
        await using var target = new Faulty(text => text.Contains("<x><y>", StringComparison.Ordinal) && text.Contains("<z>", StringComparison.Ordinal) ? throw new BrokenPromiseException("deep", text)
            : text.Contains("<x><y>", StringComparison.Ordinal) ? "far" : text.Contains("<x>", StringComparison.Ordinal) ? "near" : "fine");

        Assert.Single((await RunAsync(target, s_options)).Findings);
    }

    [Fact]
    public async Task Run_InputThatAllocatesTooMuch_IsFound()
    {
        await using var target = new Faulty(text => text.Contains("<x>", StringComparison.Ordinal) ? $"{new byte[8 * 1024 * 1024].Length}" : "fine");

        Assert.Equal("greedy", Assert.Single((await RunAsync(target, s_options with { Inputs = 2_000 })).Findings).Kind);
    }

    [Fact]
    public async Task Run_InputThatTakesTooLong_IsFound()
    {
        await using var target = new Faulty(text =>
        {
            if (text.Contains("<x>", StringComparison.Ordinal))
            {
                Thread.Sleep(20);
            }

            return "fine";
        });

        var report = await RunAsync(target, s_options with { Slow = TimeSpan.FromMilliseconds(1), Inputs = 2_000 });

        Assert.Contains(report.Findings, finding => finding.Kind == "slow");
    }

    [Fact]
    public async Task Run_InputThatNeverEnds_IsFoundAndLeftBehind()
    {
        using var end = new ManualResetEventSlim();
        await using var target = new Faulty(text =>
        {
            if (text.Contains("<x>", StringComparison.Ordinal))
            {
                end.Wait();
            }

            return "fine";
        });

        var finding = Assert.Single((await RunAsync(target, s_options with { Stuck = TimeSpan.FromSeconds(5) })).Findings, finding => finding.Kind == "never ends");
        end.Set();

        Assert.Contains("<x>", Encoding.Latin1.GetString(finding.Input), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_MemoryThatIsKept_IsFound()
    {
        var kept = new List<byte[]>();
        await using var target = new Faulty(_ =>
        {
            kept.Add(new byte[1024]);
            return "fine";
        });

        Assert.Contains((await RunAsync(target, s_options with { Inputs = 10_000, MostGrowth = 1024 * 1024 })).Findings, finding => finding.Kind == "memory grows");
        Assert.NotEmpty(kept);
    }

    [Fact]
    public async Task Run_SomethingLeftOpen_IsFound()
    {
        await using var target = new Faulty(_ => "fine") { Left = "a session" };

        Assert.Equal("leaves something behind", Assert.Single((await RunAsync(target, s_options with { Inputs = 10 })).Findings).Kind);
    }

    [Fact]
    public void Mutator_SameSeed_MakesTheSame()
    {
        byte[][] inputs = ["{\"a\":[1,2]}"u8.ToArray(), "line\nline\n"u8.ToArray()];
        var (one, other) = (new Mutator(7, ["word"], 1_000), new Mutator(7, ["word"], 1_000));
        for (var i = 0; i < 2_000; i++)
        {
            var input = one.Next(inputs);
            Assert.Equal(input, other.Next(inputs));
            Assert.InRange(input.Length, 0, 1_000);
        }
    }

    [Fact]
    public void LastInput_OfARunThatDidNotEnd_IsStillThere()
    {
        using var folder = new TempDirectory();
        var file = Path.Combine(folder.Path, "last");
        Assert.Null(LastInput.Left(file));
        using (var last = new LastInput(file, 100))
        {
            last.Keep("longer than the next"u8.ToArray());
            last.Keep("next"u8.ToArray());
        }

        Assert.Equal("next"u8.ToArray(), LastInput.Left(file));
        using (var last = new LastInput(file, 100))
        {
            last.Keep("x"u8.ToArray());
            last.Clear();
        }

        Assert.Null(LastInput.Left(file));
    }

    [Theory]
    [InlineData("nothing-like-it")]
    [InlineData("frames", "--minutes", "1")]
    public async Task Command_NotUnderstood_SaysSo(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(2, await FuzzCommand.RunAsync(args, output, errors));
        Assert.Contains("is not understood", errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Command_Alone_ListsTheTargets()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        Assert.Equal(0, await FuzzCommand.RunAsync([], output, errors));
        Assert.Contains("carddav-client", output.ToString(), StringComparison.Ordinal);
    }

    private static Task<FuzzReport> RunAsync(FuzzTarget target, FuzzOptions options) => new Fuzzer(target, options).RunAsync(CancellationToken.None);

    /// <summary>Does with an input what a test says.</summary>
    private sealed class Faulty(Func<string, string> run) : FuzzTarget
    {
        public override string Name => "faulty";

        public override string About => "has faults";

        public override IReadOnlyList<string> Words { get; } = ["<x>", "<y>", "<z>"];

        public override int MaxInput => 200;

        public string? Left { get; init; }

        public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input) => new(run(Encoding.Latin1.GetString(input.Span)));

        public override Task<string?> LeftoversAsync() => Task.FromResult(Left);
    }
}
