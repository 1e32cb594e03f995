using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace OrleansIM.Deploy.Tests;

/// <summary>deploy/observability/alerts.yaml is of the form that Prometheus reads. That its metrics exist is looked at where a server runs.</summary>
public sealed class AlertTests
{
    private static readonly AlertRule[] s_rules = [.. Read().Groups.SelectMany(group => group.Rules)];

    [Fact]
    public void Alerts_Each_SayWhatIsWrongAndHowBad()
    {
        Assert.NotEmpty(s_rules);
        Assert.All(s_rules, rule => Assert.Contains(rule.Labels["severity"], (string[])["critical", "warning"]));
        Assert.All(s_rules, rule => Assert.EndsWith(".", rule.Annotations["summary"], StringComparison.Ordinal));
        Assert.Equal(s_rules.Length, s_rules.Select(rule => rule.Alert).Distinct().Count());
    }

    [Fact]
    public void Expressions_Each_AreWhole()
    {
        Assert.All(s_rules, rule => Assert.Equal(0, Depth(rule.Expr, '(', ')')));
        Assert.All(s_rules, rule => Assert.Equal(0, Depth(rule.Expr, '{', '}')));
        Assert.All(s_rules, rule => Assert.Equal(0, Depth(rule.Expr, '[', ']')));
    }

    [Fact]
    public void Alerts_Each_AreInTheDocumentation()
    {
        var page = Repository.Read("docs", "operations.md");
        Assert.All(s_rules, rule => Assert.Contains($"`{rule.Alert}`", page, StringComparison.Ordinal));
    }

    private static int Depth(string text, char open, char close) => text.Count(one => one == open) - text.Count(one => one == close);

    private static AlertFile Read() => new DeserializerBuilder().WithNamingConvention(CamelCaseNamingConvention.Instance).Build()
        .Deserialize<AlertFile>(Repository.Read("deploy", "observability", "alerts.yaml"));

    private sealed class AlertFile
    {
        public List<AlertGroup> Groups { get; set; } = [];
    }

    private sealed class AlertGroup
    {
        public string Name { get; set; } = "";
        public List<AlertRule> Rules { get; set; } = [];
    }

    private sealed class AlertRule
    {
        public string Alert { get; set; } = "";
        public string Expr { get; set; } = "";
        public string For { get; set; } = "";
        public Dictionary<string, string> Labels { get; set; } = [];
        public Dictionary<string, string> Annotations { get; set; } = [];

        public override string ToString() => Alert;
    }
}
