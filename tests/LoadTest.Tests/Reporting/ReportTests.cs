using System.Text;
using OrleansIM.LoadTest.Command;
using OrleansIM.LoadTest.Reporting;
using OrleansIM.LoadTest.Tests.Faulty;

namespace OrleansIM.LoadTest.Tests.Reporting;

public sealed class ReportTests : IDisposable
{
    private readonly LoadTestRuns _runs = new();

    [Fact]
    public async Task Compare_NamesWhatIsBetterAndWorse()
    {
        var (before, after) = (_runs.Path("a.json"), _runs.Path("b.json"));
        await File.WriteAllTextAsync(before, """{"scenario":"mixed","seed":1,"lost":0,"gaps":2,"latencyMs":{"p50":10,"p99":100},"perSecond":{"acknowledged":50}}""");
        await File.WriteAllTextAsync(after, """{"scenario":"soak","seed":2,"lost":1,"gaps":0,"latencyMs":{"p50":10.5,"p99":50},"perSecond":{"acknowledged":25}}""");
        using var said = new StringWriter();

        Assert.Equal(LoadTestCommand.Clean, await new LoadTestCommand(said, said, false).RunAsync(["compare", before, after], CancellationToken.None));

        var lines = said.ToString().Split('\n');
        Assert.Contains(lines, line => line.StartsWith("not the same scenario", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("not the same seed", StringComparison.Ordinal));
        AssertEnds("lost", "worse");
        AssertEnds("gaps", "better");
        AssertEnds("latencyMs.p99", "-50%  better");
        AssertEnds("latencyMs.p50", "+5%");
        AssertEnds("perSecond.acknowledged", "-50%  worse");

        void AssertEnds(string figure, string end) =>
            Assert.EndsWith(end, lines.Single(line => line.StartsWith(figure + " ", StringComparison.Ordinal)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is no result", "{}")]
    [InlineData("is no result", "<html>")]
    [InlineData("cannot be read", null)]
    public async Task Compare_OfWhatIsNoResult_SaysSo(string expected, string? content)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(_runs.Path("a.json"), content);
        }

        using var said = new StringWriter();
        Assert.Equal(LoadTestCommand.Unusable, await new LoadTestCommand(said, said, false).RunAsync(["compare", _runs.Path("a.json"), _runs.Path("a.json")], CancellationToken.None));
        Assert.Contains(expected, said.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData()]
    [InlineData("a.json")]
    [InlineData("a.json", "b.json", "c.json")]
    public async Task Compare_OfOtherThanTwo_SaysHow(params string[] files)
    {
        using var said = new StringWriter();
        Assert.Equal(LoadTestCommand.Unusable, await new LoadTestCommand(said, said, false).RunAsync(["compare", .. files], CancellationToken.None));
        Assert.Contains("compare A.json B.json", said.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Chart_IsWellFormed_WithHolesMarksAndNamesThatNeedCare()
    {
        var html = new StringBuilder();
        var chart = new Chart("Times & <more>", "ms", [new("p99", 1, [(0, 1.5), (1, null), (2, 400), (3, 0)]), new("none", 2, [])]) { IsLogarithmic = true, Marks = [1.5, 99] };

        chart.AppendTo(html);

        var text = html.ToString();
        System.Xml.Linq.XDocument.Parse(text);
        Assert.Contains("Times &amp; &lt;more&gt;", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Infinity", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Split("class=\"flag\"").Length - 1);
        Assert.False(chart.IsEmpty);
        Assert.True(new Chart("Nothing", "", [new("none", 1, [(1, null)])]).IsEmpty);
    }

    public void Dispose() => _runs.Dispose();
}
