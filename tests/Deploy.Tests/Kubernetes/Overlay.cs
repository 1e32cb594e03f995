using System.Diagnostics;
using k8s;
using k8s.Models;

namespace OrleansIM.Deploy.Tests.Kubernetes;

/// <summary>
/// An overlay as <c>kubectl kustomize</c> renders it, read into the models of the Kubernetes API: a field that does not
/// exist, or has a value of another kind, does not go into them.
/// </summary>
internal sealed class Overlay
{
    public const string MissingReason = "kubectl with kustomize 5 or newer is not installed, which renders the overlays.";

    private static readonly Dictionary<string, Type> s_others = new() { ["monitoring.coreos.com/v1/ServiceMonitor"] = typeof(ServiceMonitor) };

    private Overlay(IReadOnlyList<object> objects) => Objects = objects;

    public static bool CanRender { get; } = HasKubectl();

    public static string[] Names { get; } =
        [.. Directory.GetDirectories(Repository.PathOf("deploy", "kubernetes", "overlays")).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];

    public IReadOnlyList<object> Objects { get; }

    public IEnumerable<V1Deployment> Deployments => Objects.OfType<V1Deployment>();

    public static async Task<Overlay> RenderAsync(string name) => Read(await RenderTextAsync(name));

    public static async Task<string> RenderTextAsync(string name)
    {
        using var kubectl = Start("kustomize", Repository.PathOf("deploy", "kubernetes", "overlays", name));
        var (output, errors) = (kubectl.StandardOutput.ReadToEndAsync(), kubectl.StandardError.ReadToEndAsync());
        await kubectl.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(kubectl.ExitCode == 0, $"kubectl kustomize {name} ended with {kubectl.ExitCode}: {await errors}");
        return await output;
    }

    public static Overlay Read(string text) => new([.. KubernetesYaml.LoadAllFromString(text, s_others, strict: true)]);

    private static bool HasKubectl()
    {
        try
        {
            using var kubectl = Start("version", "--client", "--output=json");
            var version = kubectl.StandardOutput.ReadToEnd();
            kubectl.WaitForExit();
            return version.Split('"').SkipWhile(word => word != "kustomizeVersion").ElementAtOrDefault(2) is { } kustomize
                && Version.TryParse(kustomize.TrimStart('v').Split('-')[0], out var number) && number.Major >= 5;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    public IEnumerable<string> NamesOf<T>() where T : IKubernetesObject<V1ObjectMeta> => Objects.OfType<T>().Select(one => one.Metadata.Name);
}

/// <summary>What is used of the Prometheus Operator's object.</summary>
internal sealed class ServiceMonitor : IKubernetesObject<V1ObjectMeta>
{
    public string ApiVersion { get; set; } = "";
    public string Kind { get; set; } = "";
    public V1ObjectMeta Metadata { get; set; } = new();
    public ServiceMonitorSpec Spec { get; set; } = new();
}

internal sealed class ServiceMonitorSpec
{
    public V1LabelSelector Selector { get; set; } = new();
    public IList<ServiceMonitorEndpoint> Endpoints { get; set; } = [];
    public IList<string> PodTargetLabels { get; set; } = [];
}

internal sealed class ServiceMonitorEndpoint
{
    public string Port { get; set; } = "";
    public string Path { get; set; } = "";
    public string Interval { get; set; } = "";
}
