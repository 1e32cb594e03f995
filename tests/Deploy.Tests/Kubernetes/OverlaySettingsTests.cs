using k8s.Models;

namespace OrleansIM.Deploy.Tests.Kubernetes;

/// <summary>Every setting in the environment of a pod is one, and the executable takes them together.</summary>
public sealed class OverlaySettingsTests
{
    public static TheoryData<string> Names { get; } = [.. Overlay.Names];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Settings_OfEachPod_AreTakenByItsExecutable(string name)
    {
        Skip.IfNot(Overlay.CanRender, Overlay.MissingReason);
        Skip.If(Repository.Engine == "Solo", "Only the engine Orleans clusters.");
        var overlay = await Overlay.RenderAsync(name);
        foreach (var container in overlay.Deployments.Select(one => one.Spec.Template.Spec.Containers[0]))
        {
            var environment = container.EnvFrom.SelectMany(from => overlay.Objects.OfType<V1ConfigMap>().Single(map => map.Metadata.Name == from.ConfigMapRef.Name).Data)
                .Concat(container.Env.Select(env => KeyValuePair.Create(env.Name, env.Value ?? "Host=database;Database=orleansim")))
                .ToDictionary();
            SettingsOf.Check(container.Image.Split(':')[0], environment);
        }
    }
}
