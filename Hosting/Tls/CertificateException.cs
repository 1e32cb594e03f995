namespace OrleansIM.Hosting.Tls;

/// <summary>Files hold no certificate that can be used. The message says why, and nothing of what is in them.</summary>
internal sealed class CertificateException(string message) : Exception(message);
