using OrleansIM.Hosting.Tls;

namespace OrleansIM.Silo.Tests.Tls;

/// <summary>Certificates that are exchanged while they are used.</summary>
public sealed class LiveCertificateTests : IDisposable
{
    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [SkippableFact]
    public void Look_LinkThatLeadsToOtherFiles_UsesThem()
    {
        Skip.If(OperatingSystem.IsWindows(), "As Kubernetes mounts secrets: links.");
        // tls.crt -> ..data/tls.crt, ..data -> ..1; a new secret is a folder and a link that is put in the place of the other.
        Version("..1", "a");
        File.CreateSymbolicLink(PathOf("..data"), "..1");
        File.CreateSymbolicLink(PathOf("tls.crt"), "..data/tls.crt");
        File.CreateSymbolicLink(PathOf("tls.key"), "..data/tls.key");
        var live = Live(new() { CertificateFile = PathOf("tls.crt"), KeyFile = PathOf("tls.key") });
        var before = live.Current.Own.Thumbprint;
        Assert.False(live.Look());

        Version("..2", "b");
        Directory.Delete(PathOf("..data"));
        File.CreateSymbolicLink(PathOf("..data"), "..2");

        Assert.False(live.Look());
        Assert.Equal(before, live.Current.Own.Thumbprint);
        Assert.True(live.Look());
        Assert.NotEqual(before, live.Current.Own.Thumbprint);
        Assert.False(live.Look());
    }

    [Fact]
    public void Look_BetweenCertificateAndKey_WaitsForBoth()
    {
        var options = Files("now", "a");
        var live = Live(options);
        var (certificate, key) = _authority.Write(_folder.Path, "next", "b");

        File.Copy(certificate, options.CertificateFile, overwrite: true);
        Assert.False(live.Look());
        File.Copy(key, options.KeyFile, overwrite: true);
        Assert.False(live.Look());
        Assert.True(live.Look());

        Assert.Equal("CN=b", live.Current.Own.Subject);
    }

    [Fact]
    public void Look_FilesThatCannotBeUsed_KeepsTheOldOneAndSaysSoOnce()
    {
        var options = Files("now", "a");
        var live = Live(options);
        var before = live.Current;
        var good = File.ReadAllText(options.CertificateFile);

        File.WriteAllText(options.CertificateFile, "nonsense");
        Assert.False(live.Look());
        Assert.Throws<CertificateException>(() => live.Look());
        Assert.False(live.Look());
        Assert.Same(before, live.Current);

        File.Delete(options.CertificateFile);
        Assert.False(live.Look());
        Assert.Throws<CertificateException>(() => live.Look());
        Assert.Same(before, live.Current);

        File.WriteAllText(options.CertificateFile, good);
        Assert.False(live.Look());
        Assert.True(live.Look());
    }

    private static LiveCertificate Live(TlsOptions options)
    {
        var live = new LiveCertificate(options, "Tls", TimeProvider.System);
        Assert.NotNull(live.Current);
        return live;
    }

    private TlsOptions Files(string file, string name)
    {
        var (certificate, key) = _authority.Write(_folder.Path, file, name);
        return new() { CertificateFile = certificate, KeyFile = key };
    }

    private void Version(string folder, string name)
    {
        var (certificate, key) = _authority.Write(Directory.CreateDirectory(PathOf(folder)).FullName, "tls", name);
        File.Move(certificate, Path.Combine(PathOf(folder), "tls.crt"));
        Assert.EndsWith("tls.key", key, StringComparison.Ordinal);
    }

    private string PathOf(string file) => Path.Combine(_folder.Path, file);
}
