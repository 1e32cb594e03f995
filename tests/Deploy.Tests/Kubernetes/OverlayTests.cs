using k8s.Models;

namespace OrleansIM.Deploy.Tests.Kubernetes;

/// <summary>Mission P8: what is applied to a cluster is what Kubernetes knows, and its parts fit together.</summary>
public sealed class OverlayTests
{
    // What an operator brings: docs/operations.md says so.
    private static readonly string[] s_given = ["orleansim-database", "orleansim-admin", "orleansim-tls", "orleansim-nodes"];

    public static TheoryData<string> Names { get; } = [.. Overlay.Names];

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Overlay_Rendered_HasOnlyWhatKubernetesKnows(string name)
    {
        var overlay = await RenderAsync(name);

        Assert.All(overlay.Objects.OfType<k8s.IKubernetesObject<V1ObjectMeta>>(), one => Assert.False(string.IsNullOrEmpty(one.Metadata.Name)));
        Assert.Equal(["orleansim-backend", "orleansim-gateway"], overlay.Deployments.Select(one => one.Metadata.Name).Order(StringComparer.Ordinal));
        Assert.All(overlay.Objects.OfType<k8s.IKubernetesObject<V1ObjectMeta>>().Where(one => one is not V1Namespace), one => Assert.Equal("orleansim", one.Metadata.NamespaceProperty));
    }

    [SkippableTheory]
    [InlineData("terminationGracePeriodSeconds: 45", "terminationGracePeriod: 45")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: always")]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: true\n        runAsNonRoots: true")]
    public async Task Overlay_WithAFieldThatDoesNotExist_CannotBeRead(string right, string wrong)
    {
        Skip.IfNot(Overlay.CanRender, Overlay.MissingReason);
        var text = await Overlay.RenderTextAsync("production");
        Assert.Contains(right, text, StringComparison.Ordinal);

        Assert.ThrowsAny<Exception>(() => Overlay.Read(text.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Selectors_Each_MatchPodsThatThereAre(string name)
    {
        var overlay = await RenderAsync(name);
        var pods = Pods(overlay).Select(pod => pod.Metadata.Labels).ToArray();

        foreach (var deployment in overlay.Deployments)
        {
            Assert.True(Matches(deployment.Spec.Selector.MatchLabels, deployment.Spec.Template.Metadata.Labels), deployment.Metadata.Name);
            Assert.All(deployment.Spec.Template.Spec.TopologySpreadConstraints, spread => Assert.True(Matches(spread.LabelSelector.MatchLabels, deployment.Spec.Template.Metadata.Labels)));
        }

        var selectors = overlay.Objects.OfType<V1Service>().Select(one => (one.Metadata.Name, one.Spec.Selector))
            .Concat(overlay.Objects.OfType<V1PodDisruptionBudget>().Select(one => (one.Metadata.Name, one.Spec.Selector.MatchLabels)))
            .Concat(overlay.Objects.OfType<V1NetworkPolicy>().Select(one => (one.Metadata.Name, one.Spec.PodSelector.MatchLabels)))
            .Concat(overlay.Objects.OfType<V1NetworkPolicy>().SelectMany(one => Peers(one).Select(peer => (one.Metadata.Name, peer.MatchLabels))));
        Assert.All(selectors, selector => Assert.True(pods.Any(labels => Matches(selector.Item2, labels)), $"{selector.Name} selects no pod."));
        foreach (var monitor in overlay.Objects.OfType<ServiceMonitor>())
        {
            Assert.Contains(overlay.Objects.OfType<V1Service>(), service =>
                Matches(monitor.Spec.Selector.MatchLabels, service.Metadata.Labels) && monitor.Spec.Endpoints.All(endpoint => service.Spec.Ports.Any(port => port.Name == endpoint.Port)));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task References_Each_LeadToWhatIsThere(string name)
    {
        var overlay = await RenderAsync(name);
        var secrets = overlay.NamesOf<V1Secret>().Concat(overlay.Objects.OfType<V1Secret>().Any() ? [] : s_given).Concat(s_given.Where(given => given == "orleansim-tls")).ToHashSet();
        var maps = overlay.NamesOf<V1ConfigMap>().ToHashSet();
        foreach (var spec in overlay.Deployments.Select(one => one.Spec.Template.Spec))
        {
            var container = Assert.Single(spec.Containers);
            Assert.All(container.EnvFrom ?? [], from => Assert.Contains(from.ConfigMapRef.Name, maps));
            Assert.All(container.Env.Where(env => env.ValueFrom?.SecretKeyRef is not null), env => Assert.Contains(env.ValueFrom.SecretKeyRef.Name, secrets));
            Assert.All(spec.Volumes.Where(volume => volume.Secret is not null), volume => Assert.Contains(volume.Secret.SecretName, secrets));
            Assert.All(container.VolumeMounts, mount => Assert.Contains(spec.Volumes, volume => volume.Name == mount.Name));
            foreach (var probe in new[] { container.StartupProbe, container.ReadinessProbe, container.LivenessProbe })
            {
                Assert.Contains(container.Ports, port => port.Name == probe.HttpGet.Port);
            }
        }

        foreach (var service in overlay.Objects.OfType<V1Service>())
        {
            var pods = Pods(overlay).Where(pod => Matches(service.Spec.Selector, pod.Metadata.Labels));
            Assert.All(pods, pod => Assert.All(service.Spec.Ports, port => Assert.Contains(pod.Spec.Containers[0].Ports, open => open.Name == port.TargetPort)));
        }

        foreach (var backend in overlay.Objects.OfType<V1Ingress>().SelectMany(ingress => ingress.Spec.Rules).SelectMany(rule => rule.Http.Paths).Select(path => path.Backend.Service))
        {
            Assert.Contains(overlay.Objects.OfType<V1Service>().Single(service => service.Metadata.Name == backend.Name).Spec.Ports, port => port.Name == backend.Port.Name);
        }

        Assert.All(overlay.Objects.OfType<V2HorizontalPodAutoscaler>(), scaler => Assert.Contains(scaler.Spec.ScaleTargetRef.Name, overlay.NamesOf<V1Deployment>()));
        Assert.All(overlay.Objects.OfType<V1Ingress>().SelectMany(ingress => ingress.Spec.Tls ?? []), tls => Assert.Contains(tls.SecretName, secrets));
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task Pods_OfOurs_RunWithNoMoreRightsThanTheyNeed(string name)
    {
        foreach (var spec in (await RenderAsync(name)).Deployments.Select(one => one.Spec.Template.Spec))
        {
            Assert.True(spec.SecurityContext.RunAsNonRoot);
            Assert.False(spec.AutomountServiceAccountToken);
            Assert.Equal("RuntimeDefault", spec.SecurityContext.SeccompProfile.Type);
            var security = Assert.Single(spec.Containers).SecurityContext;
            Assert.True(security.ReadOnlyRootFilesystem);
            Assert.False(security.AllowPrivilegeEscalation);
            Assert.Equal(["ALL"], security.Capabilities.Drop);
            Assert.NotNull(spec.Containers[0].Resources.Limits["memory"]);
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Names))]
    public async Task GracePeriod_OfAPod_IsLongerThanItsDrain(string name)
    {
        var overlay = await RenderAsync(name);
        var stop = TimeSpan.Parse(overlay.Objects.OfType<V1ConfigMap>().Single().Data["Cluster__StopTimeout"], null);
        foreach (var spec in overlay.Deployments.Select(one => one.Spec.Template.Spec))
        {
            var wait = spec.Containers[0].Lifecycle.PreStop.Sleep.Seconds;
            Assert.True(spec.TerminationGracePeriodSeconds > wait + stop.TotalSeconds, $"{spec.TerminationGracePeriodSeconds} s for {wait} s and {stop.TotalSeconds} s");
        }
    }

    private static async Task<Overlay> RenderAsync(string name)
    {
        Skip.IfNot(Overlay.CanRender, Overlay.MissingReason);
        return await Overlay.RenderAsync(name);
    }

    private static IEnumerable<V1PodTemplateSpec> Pods(Overlay overlay) =>
        overlay.Deployments.Select(one => one.Spec.Template).Concat(overlay.Objects.OfType<V1StatefulSet>().Select(one => one.Spec.Template));

    private static IEnumerable<V1LabelSelector> Peers(V1NetworkPolicy policy) =>
        (policy.Spec.Ingress ?? []).SelectMany(rule => rule.FromProperty ?? []).Concat((policy.Spec.Egress ?? []).SelectMany(rule => rule.To ?? []))
            .Select(peer => peer.PodSelector).OfType<V1LabelSelector>();

    private static bool Matches(IDictionary<string, string> selector, IDictionary<string, string>? labels) =>
        labels is not null && selector.Count > 0 && selector.All(pair => labels.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
