using System.Globalization;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>Podman with a storage of its own, in a folder that is gone afterwards; nothing of the machine's is touched.</summary>
internal sealed class Podman : IAsyncDisposable
{
    private const string Variable = "ORLEANSIM_IMAGES";
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);
    private readonly TempDirectory _folder = new();

    /// <summary>Why images are not made and run here; null if they are.</summary>
    public static string? WhyNot { get; } =
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)) ? $"{Variable} is not set: images are made and run only where that is asked for."
        : !OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess ? "Containers are run by root on Linux here."
        : Find("podman") is null ? "Podman is not installed (Debian: apt-get install podman runc)."
        : null;

    /// <summary>A folder for what belongs to it.</summary>
    public string Folder => _folder.Path;

    /// <summary>Runs a command of it and answers what it has said.</summary>
    public Task<string> RunAsync(params string[] arguments) => Command.OutputOfAsync(s_limit, [.. Program, .. arguments]);

    /// <summary>As <see cref="RunAsync"/>, whatever comes of it.</summary>
    public Task<Command> TryAsync(params string[] arguments) => Command.RunAsync(s_limit, new Dictionary<string, string>(), [.. Program, .. arguments]);

    /// <summary>Limits that this process may give: Podman's own may be above what it has itself.</summary>
    public static string[] Limits { get; } = ["--ulimit", $"nofile={HardLimitOfFiles()}:{HardLimitOfFiles()}", "--ulimit", "nproc=4096:4096"];

    // Runc where it is: crun refuses control groups of both versions side by side.
    private string[] Program =>
    [
        "podman", "--root", Path.Combine(_folder.Path, "storage"), "--runroot", Path.Combine(_folder.Path, "run"), "--cgroup-manager", "cgroupfs",
        "--events-backend", "none", .. Find("runc") is { } runc ? (string[])["--runtime", runc] : [],
    ];

    public async ValueTask DisposeAsync()
    {
        await TryAsync("rm", "--all", "--force", "--time", "1");
        await TryAsync("rmi", "--all", "--force");
        await TryAsync("volume", "rm", "--all", "--force");

        // The storage's driver mounts its own folder.
        await Command.RunAsync(s_limit, new Dictionary<string, string>(), "umount", "--lazy", Path.Combine(_folder.Path, "storage", "overlay"));
        _folder.Dispose();
    }

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin")
        .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string HardLimitOfFiles() => File.ReadLines("/proc/self/limits").Single(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[4].ToString(CultureInfo.InvariantCulture);
}
