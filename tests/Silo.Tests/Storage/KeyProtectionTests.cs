using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Silo.Tests.Storage;

/// <summary>The keys in the database, encrypted with a certificate of the operator's.</summary>
public sealed class KeyProtectionTests : IDisposable
{
    private readonly TempDirectory _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    [Fact]
    public async Task Keys_UnderACertificate_AreReadWithItAndByNobodyWithout()
    {
        var file = Certificate("now");
        string secret;
        await using (var host = await StartAsync(("Keys:CertificateFile", file)))
        {
            secret = Protector(host).Protect("s3cret");
            var stored = string.Concat(await host.Services.GetRequiredService<IStorageDatabase>().ReadKeysAsync());
            Assert.Contains("EncryptedData", stored, StringComparison.Ordinal);
            Assert.DoesNotContain("<masterKey", stored, StringComparison.Ordinal);
        }

        await using (var host = await StartAsync(("Keys:CertificateFile", file)))
        {
            Assert.Equal("s3cret", Protector(host).Unprotect(secret));
        }

        // What a thief of the database has: it does not even start.
        Assert.Contains("CN=now", (await Assert.ThrowsAsync<StorageException>(() => StartAsync())).Message, StringComparison.Ordinal);
        var other = await Assert.ThrowsAsync<StorageException>(() => StartAsync(("Keys:CertificateFile", Certificate("another"))));
        Assert.Contains("Keys:OldCertificateFiles", other.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Certificate_Replaced_OldKeysAreReadWithTheOldOne()
    {
        var (before, now) = (Certificate("before"), Certificate("now"));
        string secret;
        await using (var host = await StartAsync(("Keys:CertificateFile", before)))
        {
            secret = Protector(host).Protect("s3cret");
        }

        await using var later = await StartAsync(("Keys:CertificateFile", now), ("Keys:OldCertificateFiles:0", before));

        Assert.Equal("s3cret", Protector(later).Unprotect(secret));
    }

    [Fact]
    public async Task Certificate_GivenLater_LeavesWhatWasProtectedReadable()
    {
        string secret;
        await using (var host = await StartAsync())
        {
            secret = Protector(host).Protect("s3cret");
        }

        await using var later = await StartAsync(("Keys:CertificateFile", Certificate("now")));

        Assert.Equal("s3cret", Protector(later).Unprotect(secret));
    }

    [Fact]
    public async Task Settings_ThatAreWrong_AreAllNamed()
    {
        var text = Path.Combine(_folder.Path, "text.pem");
        await File.WriteAllTextAsync(text, "no certificate");
        var missing = Path.Combine(_folder.Path, "missing.pem");

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => StartAsync(("Keys:CertificateFile", missing), ("Keys:OldCertificateFiles:0", text), ("Keys:OldCertificateFiles:1", EllipticCurve())));

        Assert.Equal(3, fault.Failures.Count());
        Assert.Contains(fault.Failures, failure => failure.Contains(missing, StringComparison.Ordinal) && failure.Contains("not there", StringComparison.Ordinal));
        Assert.Contains(fault.Failures, failure => failure.Contains(text, StringComparison.Ordinal) && failure.Contains("no PEM certificate", StringComparison.Ordinal));
        Assert.Contains(fault.Failures, failure => failure.Contains("no RSA key", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private Task<StorageHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var all = StorageHost.Sqlite(Data);
        foreach (var (key, value) in settings)
        {
            all[key] = value;
        }

        return StorageHost.StartAsync(all);
    }

    private static IDataProtector Protector(StorageHost host) => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private string Certificate(string name)
    {
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        return Write(name, certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    private string EllipticCurve()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=curve", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        return Write("curve", certificate.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem());
    }

    private string Write(string name, string pem)
    {
        var file = Path.Combine(_folder.Path, name + ".pem");
        File.WriteAllText(file, pem);
        return file;
    }
}
