using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Who may read the files that settings name.</summary>
public sealed class OpenSecretFilesTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, false)]
    public void IsOpenToOthers_AFileOrALinkToIt_IsWhetherEverybodyMayReadTheFile(UnixFileMode mode, bool isOpen)
    {
        var file = Path.Combine(_folder.Path, "secret");
        File.WriteAllText(file, "s3cret");
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, mode);
        }

        // As Kubernetes mounts a secret.
        var link = Path.Combine(_folder.Path, "mounted");
        File.CreateSymbolicLink(link, "secret");

        Assert.Equal((isOpen, isOpen), (OpenSecretFiles.IsOpenToOthers(file), OpenSecretFiles.IsOpenToOthers(link)));
    }

    [Theory]
    [InlineData("Keys:CertificateFile", "Keys:CertificateFile")]
    [InlineData("Keys:CertificateKeyFile", "Keys:CertificateFile", "Keys:CertificateKeyFile")]
    [InlineData("Keys:OldCertificateFiles:0, Keys:OldCertificateFiles:1", "Keys:OldCertificateFiles:0", "Keys:OldCertificateFiles:1")]
    [InlineData("Tls:KeyFile, Cluster:Tls:KeyFile", "Tls:CertificateFile", "Tls:KeyFile", "Cluster:Tls:CertificateFile", "Cluster:Tls:KeyFile")]
    [InlineData("Admin:SecretFile", "Admin:SecretFile", "Logging:AuditFile")]
    public void Named_FilesThatEverybodyMayRead_AreThoseWithASecret(string named, params string[] given) =>
        Assert.Equal(named, OpenSecretFiles.Named(given.Select(key => new GivenSetting(key, "file", SettingPlace.Environment)), _ => true));

    [Fact]
    public void IsOpenToOthers_AFileThatIsNotThere_IsNot() => Assert.False(OpenSecretFiles.IsOpenToOthers(Path.Combine(_folder.Path, "none")));
}
