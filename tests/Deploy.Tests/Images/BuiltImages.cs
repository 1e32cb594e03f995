using System.Runtime.InteropServices;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>Both images, as <c>dotnet publish</c> makes them: on the base that users have, or on a like one where that cannot be had.</summary>
public sealed class BuiltImages : IAsyncLifetime
{
    private const string Base = "mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled";
    private static readonly TimeSpan s_publish = TimeSpan.FromMinutes(6);

    private Podman? _podman;

    /// <summary>Where the images are. Skips the test where there are none.</summary>
    internal Podman Podman
    {
        get
        {
            Skip.If(Podman.WhyNot is not null, Podman.WhyNot);
            return _podman!;
        }
    }

    /// <summary>A database for those that cluster.</summary>
    internal PostgresServer Postgres { get; } = new();

    /// <summary>What they stand on.</summary>
    public string BaseName { get; private set; } = Base;

    /// <summary>The image of a project, in Podman's storage.</summary>
    internal static string Of(string project) => $"localhost/orleansim/{(project == "Silo" ? "silo" : "gateway")}:tested";

    /// <summary>The archive of an image: what somebody gets who pulls it.</summary>
    internal string ArchiveOf(string project) => Path.Combine(Podman.Folder, $"{project}.tar");

    public async Task InitializeAsync()
    {
        if (Podman.WhyNot is not null)
        {
            return;
        }

        _podman = new Podman();
        await Postgres.InitializeAsync();
        if ((await _podman.TryAsync("pull", "--quiet", Base)).Code == 0)
        {
            await PublishAsync(new Dictionary<string, string>());
            return;
        }

        BaseName = OwnBase.Name;
        await OwnBase.MakeAsync(_podman);
        var folder = Path.Combine(_podman.Folder, "base");
        await _podman.RunAsync("push", "--compress", "--format", "v2s2", OwnBase.Name, $"dir:{folder}");
        await using var registry = await LoopbackRegistry.StartAsync(folder);
        await PublishAsync(new Dictionary<string, string> { ["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = registry.Address }, $"-p:ContainerBaseImage={registry.Address}/{OwnBase.Name}");
    }

    public async Task DisposeAsync()
    {
        if (_podman is not null)
        {
            await _podman.DisposeAsync();
        }

        await Postgres.DisposeAsync();
    }

    private async Task PublishAsync(Dictionary<string, string> environment, params string[] properties)
    {
        var platform = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "linux-arm64" : "linux-x64";
        foreach (var project in (string[])["Silo", "Gateway.Host"])
        {
            var done = await Command.RunAsync(
                s_publish, environment,
                ["dotnet", "publish", Repository.PathOf(project, $"{project}.csproj"), "-c", "Release", "-r", platform, "-t:PublishContainer", $"-p:Engine={Repository.Engine}",
                "-p:ContainerImageTag=tested", $"-p:ContainerArchiveOutputPath={ArchiveOf(project)}", "--nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false", .. properties]);
            Assert.True(done.Code == 0, $"publishing {project} ended with {done.Code}: {done.Output}{done.Errors}");
            await Podman.RunAsync("load", "--quiet", "--input", ArchiveOf(project));
        }
    }
}
