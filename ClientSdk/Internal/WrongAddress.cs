using System.Security.Authentication;

namespace OrleansIM.Client.Internal;

/// <summary>What is said of an address where no server answers as one, and what to do about it.</summary>
internal static class WrongAddress
{
    /// <summary>Why a server cannot be reached. The framework itself says of TLS no more than that it failed.</summary>
    public static string CannotBeReached(Uri server, Exception broken) => broken.InnerException is AuthenticationException tls
        ? $"{server} cannot be reached by TLS ({tls.Message.TrimEnd('.')}). If it speaks http, its address is {OverHttp(server)}; else it needs a certificate that is trusted here."
        : $"{server} cannot be reached: {broken.Message}";

    /// <summary>What a 404 means at an address that every server has.</summary>
    public static string IsNoServer(Uri server, Uri address) => $"There is nothing at {address} (404). "
        + (server.AbsolutePath.TrimEnd('/') is { Length: > 0 } path
            ? $"If the server does not live below {path}, its address is {server.GetLeftPart(UriPartial.Authority)}."
            : $"Is {server} a server of OrleansIM?");

    private static Uri OverHttp(Uri server) => new UriBuilder(server.GetLeftPart(UriPartial.Path)) { Scheme = "http", Port = server.IsDefaultPort ? -1 : server.Port }.Uri;
}
