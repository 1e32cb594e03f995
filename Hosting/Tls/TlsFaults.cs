namespace OrleansIM.Hosting.Tls;

/// <summary>What the two sections with certificates have to be.</summary>
internal static class TlsFaults
{
    public static OptionFaults RequireUsable(this OptionFaults faults, TlsOptions options, bool isUsed, TimeProvider time, string prefix = "")
    {
        faults.Require(options.CheckEvery >= TimeSpan.FromMilliseconds(50) && options.CheckEvery <= TimeSpan.FromHours(1), $"{prefix}CheckEvery", options.CheckEvery, "between 0.05 s and an hour");
        if (isUsed)
        {
            try
            {
                CertificateReader.Read(CertificateTexts.Read(options), time.GetUtcNow());
            }
            catch (CertificateException wrong)
            {
                faults.Require(false, $"{prefix}CertificateFile", $"'{options.CertificateFile}'", $"a certificate that can be used: {wrong.Message}");
            }
        }

        return faults;
    }
}
