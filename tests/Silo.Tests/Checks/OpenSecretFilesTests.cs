using OrleansIM.Hosting.Checks;

namespace OrleansIM.Silo.Tests.Checks;

/// <summary>Who may read the files that settings name.</summary>
public sealed class OpenSecretFilesTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Keys:CertificateFile", "Keys:CertificateFile")]
    [InlineData("Keys:CertificateKeyFile", "Keys:CertificateFile", "Keys:CertificateKeyFile")]
    [InlineData("Keys:OldCertificateFiles:0, Keys:OldCertificateFiles:1", "Keys:OldCertificateFiles:0", "Keys:OldCertificateFiles:1")]
    [InlineData("Tls:KeyFile, Cluster:Tls:KeyFile", "Tls:CertificateFile", "Tls:KeyFile", "Cluster:Tls:CertificateFile", "Cluster:Tls:KeyFile")]
    [InlineData("Admin:SecretFile", "Admin:SecretFile", "Logging:AuditFile")]
    public void Named_FilesThatEverybodyMayRead_AreThoseWithASecret(string named, params string[] given) =>
        Assert.Equal(named, OpenSecretFiles.Named(given.Select(key => new GivenSetting(key, "file", SettingPlace.Environment)), _ => true));

    [SkippableTheory]
    [InlineData(UnixFileMode.OtherRead, true)]
    [InlineData(UnixFileMode.GroupRead, false)]
    public void IsOpenToOthers_AFile_IsWhetherMoreThanItsGroupMayReadIt(UnixFileMode mode, bool isOpen)
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no such modes.");
        var file = Path.Combine(_folder.Path, "secret");
        File.WriteAllText(file, "s3cret");
        TempDirectory.Open(_folder.Path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);
        }

        Assert.Equal(isOpen, OpenSecretFiles.IsOpenToOthers(file));
    }
}
