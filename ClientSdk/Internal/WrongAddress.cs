using System.Security.Authentication;

namespace OrleansIM.Client.Internal;

/// <summary>What is said of an address where no server answers as one, and what to do about it.</summary>
internal static class WrongAddress
{
    /// <summary>Why a server cannot be reached. The framework itself says of TLS no more than that it failed.</summary>
    public static string CannotBeReached(Uri server, Exception broken) => broken.InnerException switch
    {
        AuthenticationException tls =>
            $"{server} cannot be reached by TLS ({tls.Message.TrimEnd('.')}). If it speaks http, its address is {Over("http", server)}; else it needs a certificate that is trusted here.",

        // Who waits for TLS closes the connection without a word.
        IOException ended when server.Scheme == "http" =>
            $"{server} does not answer ({ended.Message.TrimEnd('.')}). If it speaks https, its address is {Over("https", server)}.",
        _ => $"{server} cannot be reached: {broken.Message}",
    };

    /// <summary>What a 404 means at an address that every server has.</summary>
    public static string IsNoServer(Uri server, Uri address) => $"There is nothing at {address} (404). "
        + (server.AbsolutePath.TrimEnd('/') is { Length: > 0 } path
            ? $"If the server does not live below {path}, its address is {server.GetLeftPart(UriPartial.Authority)}."
            : $"Is {server} a server of OrleansIM?");

    private static Uri Over(string scheme, Uri server) => new UriBuilder(server.GetLeftPart(UriPartial.Path)) { Scheme = scheme, Port = server.IsDefaultPort ? -1 : server.Port }.Uri;
}
