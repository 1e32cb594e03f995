using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Keys;

/// <summary>Collects every fault of the section.</summary>
internal sealed class KeyOptionsValidator : IValidateOptions<KeyOptions>
{
    public ValidateOptionsResult Validate(string? name, KeyOptions options)
    {
        var faults = new OptionFaults(KeyOptions.Section)
            .Require(options.CertificateFile.Length > 0 || options.CertificateKeyFile.Length == 0, "Keys:CertificateFile is missing: there is a key file, and no certificate. Give both, or neither.");
        if (options.CertificateFile.Length > 0 && KeyOptions.FaultOf(options.CertificateFile, options.CertificateKeyFile.Length == 0 ? options.CertificateFile : options.CertificateKeyFile) is { } fault)
        {
            faults.Require(false, $"Keys:CertificateFile '{options.CertificateFile}' (with Keys:CertificateKeyFile '{options.CertificateKeyFile}') {fault}. It has to be an RSA certificate and its key, in PEM.");
        }

        foreach (var file in options.OldCertificateFiles)
        {
            if (KeyOptions.FaultOf(file, file) is { } old)
            {
                faults.Require(false, $"Keys:OldCertificateFiles: '{file}' {old}. It has to be an RSA certificate and its key, in one PEM file.");
            }
        }

        return faults.Result();
    }
}
