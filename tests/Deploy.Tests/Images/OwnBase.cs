using System.Formats.Tar;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>
/// A base image like <c>aspnet:10.0-noble-chiseled</c>, for machines that cannot have that one: this machine's .NET and the
/// few libraries that are in it, a user that is not root, no shell, no ICU, no time zones, no Kerberos.
/// </summary>
internal static class OwnBase
{
    public const string Name = "dotnet/aspnet:own-chiseled";
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100, Executable = (UnixFileMode)0b111_101_101, Anybodys = (UnixFileMode)0b1_111_111_111;

    // The slices libc6_libs, libgcc-s1_libs, libssl3t64_libs and libstdc++6_libs.
    private static readonly string[] s_libraries =
        ["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2", "libgcc_s.so.1", "libstdc++.so.6", "libssl.so.3", "libcrypto.so.3"];

    private static string Triplet => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "aarch64-linux-gnu" : "x86_64-linux-gnu";

    private static string Loader => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2";

    /// <summary>Makes it, in the storage of a Podman.</summary>
    public static async Task MakeAsync(Podman podman)
    {
        var file = Path.Combine(podman.Folder, "base.tar");
        await using (var tar = new TarWriter(File.Create(file)))
        {
            Write(tar);
        }

        await podman.RunAsync(
            "import", "--change", "ENV APP_UID=1654", "--change", "ENV ASPNETCORE_HTTP_PORTS=8080", "--change", "ENV DOTNET_RUNNING_IN_CONTAINER=true",
            "--change", "ENV DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=true", "--change", "ENV PATH=/usr/sbin:/usr/bin:/sbin:/bin", "--change", "USER 1654", file, Name);
        File.Delete(file);
    }

    private static void Write(TarWriter tar)
    {
        Folder(tar, "tmp", Anybodys);
        Folder(tar, "home/app", Executable, owner: 1654);
        Text(tar, "etc/passwd", "root:x:0:0:root:/root:/bin/false\napp:x:1654:1654::/home/app:/bin/false\n");
        Text(tar, "etc/group", "root:x:0:\napp:x:1654:\n");
        foreach (var path in s_libraries.Select(Find).Append(Loader))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path[1..]) { Mode = Executable, DataStream = new MemoryStream(File.ReadAllBytes(path)) });
        }

        const string Authorities = "/etc/ssl/certs/ca-certificates.crt";
        if (File.Exists(Authorities))
        {
            Text(tar, Authorities[1..], File.ReadAllText(Authorities));
        }

        // The frameworks that run this test are those that the image needs.
        var core = RuntimeEnvironment.GetRuntimeDirectory().TrimEnd('/');
        var root = Path.GetFullPath(Path.Combine(core, "..", "..", ".."));
        var version = Path.GetFileName(core);
        string[] folders = [core, Path.GetDirectoryName(typeof(WebApplication).Assembly.Location)!, Path.Combine(root, "host", "fxr", version)];
        foreach (var file in folders.SelectMany(folder => Directory.GetFiles(folder)).Append(Path.Combine(root, "dotnet")))
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "usr/share/dotnet/" + Path.GetRelativePath(root, file)) { Mode = Executable, DataStream = new MemoryStream(File.ReadAllBytes(file)) });
        }

        tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "usr/bin/dotnet") { LinkName = "/usr/share/dotnet/dotnet" });
    }

    private static string Find(string library) =>
        new[] { $"/lib/{Triplet}", $"/usr/lib/{Triplet}" }.Select(folder => Path.Combine(folder, library)).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{library} is not where Debian has it.", library);

    private static void Folder(TarWriter tar, string name, UnixFileMode mode, int owner = 0) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.Directory, name) { Mode = mode, Uid = owner, Gid = owner });

    private static void Text(TarWriter tar, string name, string text) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { Mode = Readable, DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)) });
}
