using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using OrleansIM.Client;
using OrleansIM.Deploy.Tests.Kubernetes;
using Xunit.Abstractions;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>
/// The images as they are made and run, where <c>ORLEANSIM_IMAGES</c> asks for that: a few minutes, Debian's podman and runc,
/// and root.
/// </summary>
public sealed class ImageTests(BuiltImages images, ITestOutputHelper output) : IClassFixture<BuiltImages>
{
    private const string Password = "a password";

    // A pod's, for the image by itself.
    private static readonly string[] s_rights =
        ["--user", "1654:1654", "--read-only", "--read-only-tmpfs=false", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/tmp:mode=0777,size=64m"];

    [SkippableTheory]
    [InlineData("Silo")]
    [InlineData("Gateway.Host")]
    public async Task Image_OfAProject_HasWhatRunsAndNothingElse(string project)
    {
        using var inspected = JsonDocument.Parse(await images.Podman.RunAsync("image", "inspect", BuiltImages.Of(project)));
        var image = inspected.RootElement[0];
        var config = image.GetProperty("Config");

        Assert.Equal("1654:1654", config.GetProperty("User").GetString());
        Assert.Equal(["dotnet", $"/app/OrleansIM.{project}.dll"], config.GetProperty("Entrypoint").EnumerateArray().Select(part => part.GetString()));
        Assert.Equal(["11111/tcp", "8080/tcp", "9464/tcp"], config.GetProperty("ExposedPorts").EnumerateObject().Select(port => port.Name).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(config.GetProperty("Env").EnumerateArray(), one => one.GetString()!.Contains("Secret", StringComparison.OrdinalIgnoreCase) || one.GetString()!.Contains("Password", StringComparison.OrdinalIgnoreCase));
        Assert.Equal($"OrleansIM {project}", config.GetProperty("Labels").GetProperty("org.opencontainers.image.title").GetString());

        var files = FilesOf(images.ArchiveOf(project));
        output.WriteLine($"{project} on {images.BaseName}: {image.GetProperty("Size").GetInt64() / 1_000_000} MB, {new FileInfo(images.ArchiveOf(project)).Length / 1_000_000} MB to pull, {files.Count} files of its own.");
        Assert.Contains($"app/OrleansIM.{project}.dll", files.Keys);
        Assert.DoesNotContain(files.Keys, name => name.Contains("/runtimes/", StringComparison.Ordinal));
        Assert.DoesNotContain(files.Keys, name => Path.GetFileName(name).StartsWith("appsettings.", StringComparison.Ordinal) || Path.GetExtension(name) is ".pem" or ".pfx" or ".key" or ".db");

        // Nothing that the program could change: it is root's, and nobody else may write.
        Assert.All(files, file => Assert.True(file.Value.Uid == 0 && (file.Value.Mode & (UnixFileMode.OtherWrite | UnixFileMode.GroupWrite)) == 0, $"{file.Key}: {file.Value}"));
        Assert.All(files, file => Assert.True((file.Value.Mode & UnixFileMode.OtherRead) != 0, $"{file.Key} cannot be read by its user."));
    }

    [SkippableFact]
    public async Task Silo_ByItself_ServesClientsWithoutAnyRightAndKeepsItsVolume()
    {
        var podman = images.Podman;
        await podman.RunAsync("volume", "create", "orleansim");
        string[] rights = [.. s_rights, "--volume", "orleansim:/home/app"];
        var settings = new Dictionary<string, string> { ["Storage__DataDirectory"] = "/home/app/data" };
        await using (var first = await Container.StartAsync(podman, BuiltImages.Of("Silo"), rights, settings))
        {
            await first.ReadyAsync();
            await TalkAsync(first.Url, "before");

            Assert.Equal("1654\t1654\t1654\t1654", await first.StatusAsync("Uid"));
            Assert.Equal("0000000000000000", await first.StatusAsync("CapBnd"));
            Assert.Equal("1", await first.StatusAsync("NoNewPrivs"));
            output.WriteLine($"ready after {first.ReadyAfter.TotalSeconds:0.00} s, {await first.StatusAsync("VmRSS")}");
            output.WriteLine(string.Join(' ', (await first.LibrariesAsync()).Select(Path.GetFileName)));
            Assert.Empty(await first.ComplaintsAsync());
            Assert.Equal(0, await first.StopAsync(45));
            Assert.Empty(await first.ComplaintsAsync());
        }

        await using var second = await Container.StartAsync(podman, BuiltImages.Of("Silo"), rights, settings);
        await second.ReadyAsync();
        await using var client = new ImClient(new ImClientOptions { Server = second.Url });
        await client.SignInAsync("ann", Password);
        Assert.Contains((await client.HistoryAsync("ann", "bob")).Events, happened => happened is MessageReceived { Body: "before" });
        Assert.Equal(0, await second.StopAsync(45));
    }

    [SkippableFact]
    public async Task Silo_WithoutAVolume_SaysWhatItNeeds()
    {
        var run = await images.Podman.TryAsync(["run", "--rm", "--network", "none", .. Podman.Limits, .. s_rights, BuiltImages.Of("Silo")]);

        Assert.Equal(1, run.Code);
        Assert.Contains("Storage:DataDirectory", run.Output + run.Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Pods_OfTheManifests_ServeClientsAnswerProbesAndDrain()
    {
        var podman = images.Podman;
        Skip.If(Repository.Engine == "Solo", "Only the engine Orleans clusters.");
        Skip.IfNot(images.Postgres.IsAvailable, PostgresServer.MissingReason);
        Skip.IfNot(Overlay.CanRender, Overlay.MissingReason);
        var overlay = await Overlay.RenderAsync("dev");
        var database = await images.Postgres.CreateDatabaseAsync();
        var (accounts, sessions) = (PodNamed("backend"), PodNamed("gateway"));
        await using var backend = await StartAsync(accounts, BuiltImages.Of("Silo"), database);
        await using var gateway = await StartAsync(sessions, BuiltImages.Of("Gateway.Host"), database);

        await TalkAsync(gateway.Url, "in a cluster");

        foreach (var (container, pod) in new[] { (gateway, sessions), (backend, accounts) })
        {
            Assert.DoesNotContain(await container.LibrariesAsync(), library => library.Contains("gssapi", StringComparison.Ordinal));
            Assert.Equal("0000000000000000", await container.StatusAsync("CapBnd"));
            Assert.Equal(0, await container.StopAsync(pod.Grace));
            var log = await container.LogAsync();
            Assert.All(log, line => Assert.StartsWith("{", line, StringComparison.Ordinal));
            Assert.Contains(log, line => line.Contains("\"Stopped.\"", StringComparison.Ordinal));
        }

        PodOf PodNamed(string component) => new(overlay, overlay.Deployments.Single(one => one.Metadata.Name == $"orleansim-{component}"), podman.Folder);
    }

    /// <summary>Starts the image of a pod as the pod says, and asks it what its probes ask.</summary>
    private async Task<Container> StartAsync(PodOf pod, string image, string database)
    {
        Assert.Contains(pod.Container.Image.Split(':')[0], image, StringComparison.Ordinal);
        var fields = new Dictionary<string, string> { ["Storage__ConnectionString"] = database, ["POD_NAME"] = $"{pod.Container.Name}-1", ["POD_IP"] = "127.0.0.1" };
        var container = await Container.StartAsync(images.Podman, image, await pod.RightsAsync(), pod.Environment(fields).Append(KeyValuePair.Create("Cluster__Port", $"{Ports.Free()}")));
        await container.ReadyAsync();
        output.WriteLine($"{pod.Container.Name}: ready after {container.ReadyAfter.TotalSeconds:0.00} s, {await container.StatusAsync("VmRSS")}");
        foreach (var probe in new[] { pod.Container.StartupProbe, pod.Container.ReadinessProbe, pod.Container.LivenessProbe })
        {
            // All of them go to this port, which here is another one.
            Assert.Equal("metrics", probe.HttpGet.Port);
            Assert.True(await container.AnswersAsync(probe.HttpGet.Path), $"{pod.Container.Name}: {probe.HttpGet.Path}");
        }

        return container;
    }

    /// <summary>Two people who become friends, and a message from one to the other.</summary>
    private static async Task TalkAsync(Uri server, string text)
    {
        await using var ann = new ImClient(new ImClientOptions { Server = server });
        await using var bob = new ImClient(new ImClientOptions { Server = server });
        foreach (var (client, account) in new[] { (ann, "ann"), (bob, "bob") })
        {
            await client.RegisterAsync(account, Password);
            await client.SignInAsync(account, Password);
        }

        var heard = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var messages = ann.On<MessageReceived>(message => heard.TrySetResult(message.Body));
        await ann.RequestContactAsync("ann", "bob");
        await bob.AcceptContactAsync("bob", "ann");
        await bob.SendAsync("bob", "ann", text);
        Assert.Equal(text, await heard.Task.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    /// <summary>What an archive's last layer has, which is the program; those before it are the base's.</summary>
    private static Dictionary<string, (int Uid, UnixFileMode Mode)> FilesOf(string archive)
    {
        var (manifest, layers) = ("", new Dictionary<string, Dictionary<string, (int, UnixFileMode)>>());
        using var tar = new TarReader(File.OpenRead(archive));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == "manifest.json")
            {
                using var text = new StreamReader(entry.DataStream!);
                manifest = text.ReadToEnd();
            }
            else if (entry.Name.EndsWith("/layer.tar", StringComparison.Ordinal))
            {
                using var layer = new TarReader(new GZipStream(entry.DataStream!, CompressionMode.Decompress));
                var files = layers[entry.Name] = [];
                while (layer.GetNextEntry() is { } file)
                {
                    if (file.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                    {
                        files[file.Name.TrimStart('.', '/')] = (file.Uid, file.Mode);
                    }
                }
            }
        }

        using var read = JsonDocument.Parse(manifest);
        return layers[read.RootElement[0].GetProperty("Layers").EnumerateArray().Last().GetString()!];
    }
}
