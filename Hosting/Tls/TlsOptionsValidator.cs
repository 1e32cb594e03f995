using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Tls;

/// <summary>Collects every fault of the section, and looks whether its files can be used and are.</summary>
internal sealed class TlsOptionsValidator(IConfiguration configuration, TimeProvider time) : IValidateOptions<TlsOptions>
{
    public ValidateOptionsResult Validate(string? name, TlsOptions options)
    {
        var isUsed = options.CertificateFile.Length > 0;
        var listens = EdgeAddresses.HasHttps(configuration);
        return new OptionFaults(TlsOptions.Section)
            .Require(isUsed || options.KeyFile.Length == 0, "Tls:KeyFile is given and Tls:CertificateFile is not. Give the certificate too.")
            .Require(!isUsed || listens, "Tls:CertificateFile is given, and nothing listens with https. Give an address, such as --urls=https://0.0.0.0:5443.")
            .Require(!isUsed || !EdgeAddresses.HasCertificate(configuration), "Tls:CertificateFile and a certificate in the section Kestrel are both given. Give one of them.")
            .Require(isUsed || !listens || EdgeAddresses.HasCertificate(configuration), "An address is https, and there is no certificate for it. Give Tls:CertificateFile and Tls:KeyFile.")
            .Require(options.HandshakesPerMinute >= 0, $"Tls:HandshakesPerMinute is {options.HandshakesPerMinute}; it has to be 0 or more.")
            .RequireUsable(options, isUsed, time)
            .Result();
    }
}
