using System.Globalization;
using k8s.Models;
using OrleansIM.Deploy.Tests.Kubernetes;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>A pod of an overlay in the words of Podman: its rights, its files, its settings.</summary>
internal sealed class PodOf(Overlay overlay, V1Deployment deployment, string folder)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);
    private readonly V1PodSpec _spec = deployment.Spec.Template.Spec;

    public V1Container Container => _spec.Containers[0];

    /// <summary>Seconds from SIGTERM to SIGKILL: what is left of its time after preStop.</summary>
    public int Grace => (int)(_spec.TerminationGracePeriodSeconds!.Value - Container.Lifecycle.PreStop.Sleep.Seconds);

    public async Task<IReadOnlyList<string>> RightsAsync()
    {
        var security = Container.SecurityContext;
        List<string> rights =
        [
            "--user", $"{_spec.SecurityContext.RunAsUser}:{_spec.SecurityContext.RunAsGroup}",
            "--group-add", Number(_spec.SecurityContext.FsGroup!.Value),
            "--memory", Container.Resources.Limits["memory"].ToString().Replace("Gi", "g", StringComparison.Ordinal).Replace("Mi", "m", StringComparison.Ordinal),
            .. security.Capabilities.Drop.SelectMany(one => (string[])["--cap-drop", one]),
        ];
        if (security.ReadOnlyRootFilesystem == true)
        {
            // Podman's own would be writable folders beside those of the pod.
            rights.AddRange(["--read-only", "--read-only-tmpfs=false"]);
        }

        if (security.AllowPrivilegeEscalation == false)
        {
            rights.AddRange(["--security-opt", "no-new-privileges"]);
        }

        foreach (var mount in Container.VolumeMounts)
        {
            rights.AddRange(await MountAsync(mount, _spec.Volumes.Single(volume => volume.Name == mount.Name)));
        }

        return rights;
    }

    public IReadOnlyDictionary<string, string> Environment(IReadOnlyDictionary<string, string> fields) =>
        Container.EnvFrom.SelectMany(from => overlay.Objects.OfType<V1ConfigMap>().Single(map => map.Metadata.Name == from.ConfigMapRef.Name).Data)
            .Concat(Container.Env.Select(one => KeyValuePair.Create(one.Name, one.Value ?? fields[one.Name])))
            .ToDictionary();

    private async Task<string[]> MountAsync(V1VolumeMount mount, V1Volume volume)
    {
        if (volume.EmptyDir is { } empty)
        {
            return ["--tmpfs", $"{mount.MountPath}:mode=0777,size={empty.SizeLimit.ToString().Replace("Mi", "m", StringComparison.Ordinal)}"];
        }

        // As the kubelet does it: root's, and the group's of fsGroup, which may read.
        var host = Path.Combine(folder, $"{deployment.Metadata.Name}-{volume.Name}");
        Directory.CreateDirectory(host);
        foreach (var (key, value) in overlay.Objects.OfType<V1Secret>().Single(secret => secret.Metadata.Name == volume.Secret.SecretName).Data)
        {
            var file = Path.Combine(host, key);
            await File.WriteAllBytesAsync(file, value);
            await Command.OutputOfAsync(s_limit, "chgrp", Number(_spec.SecurityContext.FsGroup!.Value), file);
            await Command.OutputOfAsync(s_limit, "chmod", Convert.ToString(volume.Secret.DefaultMode!.Value, 8), file);
        }

        return ["--volume", $"{host}:{mount.MountPath}:ro"];
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
