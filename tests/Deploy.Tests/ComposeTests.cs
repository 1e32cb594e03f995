using System.Text.RegularExpressions;
using System.Xml.Linq;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace OrleansIM.Deploy.Tests;

/// <summary>deploy/compose.yaml, as far as it can be looked at without Docker.</summary>
public sealed partial class ComposeTests
{
    private static readonly Dictionary<object, object> s_file = Read();

    [SkippableFact]
    public void Settings_OfEachService_AreTakenByItsExecutable()
    {
        Skip.If(Repository.Engine == "Solo", "Only the engine Orleans clusters.");
        foreach (var name in (string[])["backend", "gateway"])
        {
            var service = Service(name);
            var environment = Map(service["environment"]).ToDictionary(pair => (string)pair.Key, pair => Variable().Replace((string)pair.Value, "x"));
            SettingsOf.Check(((string)service["image"]).Split(':')[0], environment);
        }
    }

    [Theory]
    [InlineData("backend", "Silo/Silo.csproj")]
    [InlineData("gateway", "Gateway.Host/Gateway.Host.csproj")]
    public void Image_OfEachService_IsTheOneThatIsPublished(string name, string project)
    {
        var published = XDocument.Parse(Repository.Read(project)).Descendants("ContainerRepository").Single().Value;

        Assert.Equal($"{published}:latest", Service(name)["image"]);
        Assert.Contains($"image: {published}:latest", Repository.Read("deploy", "kubernetes", "base", $"{name}.yaml"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("backend")]
    [InlineData("gateway")]
    public void Service_OfOurs_RunsWithNoMoreRightsThanItNeeds(string name)
    {
        var service = Service(name);

        Assert.Equal("true", service["read_only"]);
        Assert.Equal("1654:1654", service["user"]);
        Assert.Equal(["ALL"], (List<object>)service["cap_drop"]);
        Assert.All((List<object>)service["secrets"], secret => Assert.True(Map(s_file["secrets"]).ContainsKey(secret)));
    }

    [Theory]
    [InlineData("backend")]
    [InlineData("gateway")]
    public void Settings_OfEachService_AreThoseOfItsPod(string name)
    {
        var kustomization = new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(Repository.Read("deploy", "kubernetes", "base", "kustomization.yaml"));
        var pods = (List<object>)Map(((List<object>)kustomization["configMapGenerator"]).Single())["literals"];
        var service = Map(Service(name)["environment"]);

        // Where a secret is, is up to who mounts it.
        foreach (var (setting, value) in pods.Select(literal => ((string)literal).Split('=', 2)).Select(pair => (pair[0], pair[1])).Where(pair => pair.Item1 != "Admin__SecretFile"))
        {
            Assert.Equal(value, service.GetValueOrDefault(setting));
        }

        Assert.True(TimeSpan.Parse((string)service["Cluster__StopTimeout"], null).TotalSeconds < int.Parse(((string)Service(name)["stop_grace_period"]).TrimEnd('s'), null));
    }

    private static Dictionary<object, object> Service(string name) => Map(Map(s_file["services"])[name]);

    private static Dictionary<object, object> Map(object node) => (Dictionary<object, object>)node;

    private static Dictionary<object, object> Read() =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(Repository.Read("deploy", "compose.yaml")))))!;

    [GeneratedRegex(@"\$\{[^}]*\}")]
    private static partial Regex Variable();
}
