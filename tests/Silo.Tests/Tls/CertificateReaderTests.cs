using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using OrleansIM.Hosting.Tls;

namespace OrleansIM.Silo.Tests.Tls;

/// <summary>What is taken for a certificate, and what is said of what is none.</summary>
public sealed class CertificateReaderTests : IDisposable
{
    private static readonly DateTimeOffset s_now = DateTimeOffset.UtcNow;

    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();

    public void Dispose()
    {
        _folder.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public void Read_CertificateKeyAndThoseBetween_SendsThemAlong()
    {
        var texts = Issue("a");
        var certificates = CertificateReader.Read(texts with { Certificate = texts.Certificate + _authority.Pem }, s_now);

        Assert.True(certificates.Own.HasPrivateKey);
        Assert.Equal(texts.Certificate.Trim(), certificates.Own.ExportCertificatePem());
        Assert.Empty(certificates.Authorities);
    }

    [Fact]
    public void Read_KeyInTheSameFile_IsFound()
    {
        var texts = Issue("a");
        var both = texts.Key + texts.Certificate;

        Assert.True(CertificateReader.Read(new(both, both, null), s_now).Own.HasPrivateKey);
    }

    [Fact]
    public void Read_WhatCannotBeUsed_SaysWhyAndNothingOfIt()
    {
        var (texts, other) = (Issue("a"), Issue("b"));
        using var stranger = new TestAuthority();
        using var key = ECDsa.Create();
        var locked = key.ExportEncryptedPkcs8PrivateKeyPem("x", new PbeParameters(PbeEncryptionAlgorithm.Aes128Cbc, HashAlgorithmName.SHA256, 1));

        Refused(texts with { Key = other.Key }, "belongs to the certificate");
        Refused(texts with { Key = "nonsense" }, "belongs to the certificate");
        Refused(texts with { Key = locked }, "without a password");
        Refused(texts with { Certificate = texts.Key }, "no certificate in CertificateFile");
        Refused(texts with { Certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }, "no certificate in CertificateFile");
        Refused(texts with { Authority = "" }, "no certificate in AuthorityFile");
        Refused(texts with { Authority = stranger.Pem }, "not one of the authorities");
        Refused(texts, "and not now", s_now.AddDays(30));
        Refused(CertificateTexts.Read(new TlsOptions { CertificateFile = Path.Combine(_folder.Path, "none.pem") }), "none.pem");

        static void Refused(CertificateTexts texts, string why, DateTimeOffset? at = null)
        {
            var refusal = Assert.Throws<CertificateException>(() => CertificateReader.Read(texts, at ?? s_now));
            Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("-----", refusal.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("-----", texts.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Trust_OfTheAuthoritysAndNobodyElses()
    {
        using var stranger = new TestAuthority();
        using var friend = _authority.Issue("somebody else");
        using var foreign = stranger.Issue("a");
        var certificates = CertificateReader.Read(Issue("a") with { Authority = _authority.Pem }, s_now);

        Assert.True(certificates.IsTrusted(friend, [], s_now));
        Assert.False(certificates.IsTrusted(foreign, [], s_now));
        Assert.False(certificates.IsTrusted(foreign, X509CertificateLoader.LoadCertificate(Convert.FromBase64String(PemBody(stranger.Pem))) is { } root ? [root] : [], s_now));
        Assert.False(certificates.IsTrusted(friend, [], s_now.AddDays(30)));
    }

    private static string PemBody(string pem) => string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-')));

    private CertificateTexts Issue(string name)
    {
        var (certificate, key) = _authority.Write(_folder.Path, name, name);
        return CertificateTexts.Read(new TlsOptions { CertificateFile = certificate, KeyFile = key });
    }
}
