using OrleansIM.Fuzz.Engine;
using OrleansIM.Fuzz.Targets;

namespace OrleansIM.Fuzz.Tests;

/// <summary>
/// Every target, for a few seconds: everything that once broke something, every input on file, and as many mutations as the
/// target says, always the same. By hand it goes on for as long as one likes: <c>./oim fuzz</c>.
/// </summary>
public sealed class TargetTests
{
    /// <summary>A busy machine is slow by itself: only what never ends, or takes minutes, is a fault here.</summary>
    private static readonly FuzzOptions s_bounded = new() { Slow = TimeSpan.FromSeconds(20), Stuck = TimeSpan.FromMinutes(2) };

    public static TheoryData<string> Names => [.. TargetTable.CreateAll().Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Inputs_OnFileAndMutated_BreakNothing(string name)
    {
        await using var target = TargetTable.Create(name)!;
        await target.StartAsync();

        var report = await new Fuzzer(target, s_bounded with { Inputs = target.BoundedInputs }).RunAsync(CancellationToken.None);

        Assert.True(report.Findings.Count == 0, $"{report}\n{string.Join("\n\n", report.Findings.Select(Describe))}");
        Assert.True(report.Inputs >= target.BoundedInputs, $"{report}: it has ended early");
        Assert.True(report.Outcomes > 2, $"{report}: the inputs do not get anywhere");
    }

    /// <summary><c>./oim fuzz</c> knows the targets by these before it builds.</summary>
    [Fact]
    public void Corpora_AreThoseOfTheTargets() => Assert.Equal(
        TargetTable.CreateAll().Select(target => target.Name).Order(StringComparer.Ordinal),
        Directory.GetDirectories(Path.Combine(Corpus.Folder, "Corpora")).Select(folder => Path.GetFileName(folder)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public void Corpus_OfEveryTarget_IsThereAndWithinItsLimit(string name)
    {
        var target = TargetTable.Create(name)!;
        var inputs = Corpus.Seeds(name);
        Assert.NotEmpty(inputs);
        Assert.All(inputs, input => Assert.InRange(input.Length, 1, target.MaxInput));
    }

    [Fact]
    public void Folders_OfInputs_BelongToTargets()
    {
        var folders = new[] { "Corpora", "Regressions" }.SelectMany(kind => Directory.GetDirectories(Path.Combine(Corpus.Folder, kind))).Select(folder => Path.GetFileName(folder)!);
        Assert.All(folders, folder => Assert.NotNull(TargetTable.Create(folder)));
    }

    private static string Describe(Finding finding) =>
        $"{finding.Kind}\n{finding.Details}\ninput: {Convert.ToBase64String(finding.Input[..Math.Min(finding.Input.Length, 4096)])}";
}
