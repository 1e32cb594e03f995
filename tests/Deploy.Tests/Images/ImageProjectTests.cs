using k8s;
using k8s.Models;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>What can be said of the images without making them.</summary>
public sealed class ImageProjectTests
{
    [Theory]
    [InlineData("Silo", "backend")]
    [InlineData("Gateway.Host", "gateway")]
    public async Task Image_OfAProject_IsWhatTheManifestsRelyOn(string project, string component)
    {
        var image = await ImageProject.ReadAsync(project);
        var deployment = KubernetesYaml.LoadAllFromString(Repository.Read("deploy", "kubernetes", "base", $"{component}.yaml")).OfType<V1Deployment>().Single();
        var pod = deployment.Spec.Template.Spec;

        // Chiseled without -extra has no ICU and no time zones: the program must want neither.
        Assert.EndsWith("dotnet/aspnet:10.0-noble-chiseled", image.Properties["ContainerBaseImage"], StringComparison.Ordinal);
        Assert.Equal("true", image.Properties["InvariantGlobalization"]);

        // A number: of a name nobody can tell whether it is root's, and Kubernetes does not start it under runAsNonRoot.
        Assert.Equal($"{pod.SecurityContext.RunAsUser}:{pod.SecurityContext.RunAsGroup}", image.Properties["ContainerUser"]);
        Assert.Equal(pod.Containers[0].Image, $"{image.Properties["ContainerRepository"]}:latest");
        Assert.Superset(pod.Containers[0].Ports.Select(port => port.ContainerPort).ToHashSet(), image.Ports.ToHashSet());
        Assert.Equal(image.Environment, image.EnvironmentOfEach);
        Assert.Equal("8080", image.Environment["ASPNETCORE_HTTP_PORTS"]);
        Assert.DoesNotContain("ASPNETCORE_URLS", image.Environment.Keys);
        Assert.EndsWith($":{pod.Containers[0].Ports.Single(port => port.Name == "metrics").ContainerPort}", image.Environment["Telemetry__MetricsUrl"], StringComparison.Ordinal);
        if (Repository.Engine == "Solo")
        {
            // It clusters nothing, and has no gateway of its own.
            return;
        }

        // As the manifests say it.
        SettingsOf.Check(image.Properties["ContainerRepository"], new Dictionary<string, string>(image.Environment) { ["Storage__Provider"] = "postgres", ["Storage__ConnectionString"] = "x" });
    }
}
