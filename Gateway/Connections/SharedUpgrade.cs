using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// Stands between the server and ASP.NET's WebSockets, and keeps the connection that a request becomes: whether it is
/// upgraded (HTTP/1.1) or accepted (HTTP/2), <see cref="Stream"/> is what its WebSocket reads and writes.
/// </summary>
internal sealed class SharedUpgrade(IHttpUpgradeFeature? upgrade, IHttpExtendedConnectFeature? connect) : IHttpUpgradeFeature, IHttpExtendedConnectFeature
{
    public SharedStream? Stream { get; private set; }

    public bool IsUpgradableRequest => upgrade?.IsUpgradableRequest ?? false;

    public bool IsExtendedConnect => connect?.IsExtendedConnect ?? false;

    public string? Protocol => connect?.Protocol;

    /// <summary>Middleware that comes before <c>UseWebSockets</c>.</summary>
    public static Task InstallAsync(HttpContext http, RequestDelegate next)
    {
        var shared = new SharedUpgrade(http.Features.Get<IHttpUpgradeFeature>(), http.Features.Get<IHttpExtendedConnectFeature>());
        http.Features.Set<IHttpUpgradeFeature>(shared);
        http.Features.Set<IHttpExtendedConnectFeature>(shared);
        return next(http);
    }

    public static SharedStream StreamOf(HttpContext http) =>
        (http.Features.Get<IHttpUpgradeFeature>() as SharedUpgrade)?.Stream
        ?? throw new InvalidOperationException($"The stream's pipeline lacks {nameof(SharedUpgrade)}, or the request was not accepted yet.");

    public async Task<Stream> UpgradeAsync() => Stream = new SharedStream(await upgrade!.UpgradeAsync());

    public async ValueTask<Stream> AcceptAsync() => Stream = new SharedStream(await connect!.AcceptAsync());
}
