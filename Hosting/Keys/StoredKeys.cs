using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Hosting.Keys;

/// <summary>Looks at the keys that are stored, before anybody needs one.</summary>
internal sealed class StoredKeys(IKeyManager keys, IStorageDatabase database)
{
    /// <summary>Whether there is no key yet: the first one is made when something is sealed.</summary>
    public bool AreNone => keys.GetAllKeys().Count == 0;

    /// <summary>
    /// A key that cannot be opened would only be passed over: tokens would be dead and mailboxes shut, and nobody would say why.
    /// </summary>
    /// <exception cref="StorageException">A key cannot be opened; the message says with which certificate it was closed.</exception>
    public async Task CheckAsync()
    {
        var closed = keys.GetAllKeys().Where(key => !key.IsRevoked && !CanOpen(key)).Select(key => key.KeyId).ToHashSet();
        if (closed.Count > 0)
        {
            var certificates = (await database.ReadKeysAsync()).Select(XElement.Parse)
                .Where(key => Guid.TryParse((string?)key.Attribute("id"), out var id) && closed.Contains(id))
                .SelectMany(CertificatesOf).Distinct().ToArray();
            throw new StorageException(
                $"{closed.Count} of the keys in the database cannot be opened: they were encrypted with {(certificates.Length == 0 ? "another certificate" : string.Join(", ", certificates))}. "
                + $"Give that certificate with its private key as {KeyOptions.Section}:{nameof(KeyOptions.CertificateFile)}, or among {KeyOptions.Section}:{nameof(KeyOptions.OldCertificateFiles)}.");
        }
    }

    private static bool CanOpen(IKey key)
    {
        try
        {
            return key.CreateEncryptor() is not null;
        }
#pragma warning disable CA1031 // Whatever it throws, it cannot be opened.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    private static IEnumerable<string> CertificatesOf(XElement key) =>
        key.Descendants().Where(element => element.Name.LocalName == "X509Certificate").Select(element =>
        {
            using var certificate = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(element.Value));
            return $"{certificate.Subject} ({certificate.Thumbprint})";
        });
}
