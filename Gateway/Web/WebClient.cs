using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using OrleansIM.Gateway.Http;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Web;

/// <summary>
/// Serves the web client at <c>/</c>, from this assembly: <c>wwwroot</c> as it is, and the JavaScript SDK under
/// <c>/sdk</c>. Every answer forbids everything that the client does not need.
/// </summary>
internal sealed class WebClient
{
    // No inline script or style, nothing from elsewhere, no frame, no plugin, no form that goes anywhere.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; manifest-src 'self'; " +
        "base-uri 'none'; frame-ancestors 'none'; form-action 'none'";

    private const string Prefix = "web/";

    private readonly WebFile[] _files;
    private readonly string _preloads;

    public WebClient()
    {
        var assembly = typeof(WebClient).Assembly;
        _files = [.. assembly.GetManifestResourceNames().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => Read(assembly, name))];

        // Modules import modules: told of all of them at once, a browser asks for all of them at once.
        _preloads = string.Join(", ", _files.Select(file => file.Path).Where(IsModule).Order(StringComparer.Ordinal).Select(path => $"<{path}>; rel=modulepreload"));
    }

    public IReadOnlyList<WebFile> Files => _files;

    public void Map(IEndpointRouteBuilder endpoints)
    {
        foreach (var file in _files)
        {
            endpoints.Map(file.Path == "/index.html" ? "/" : file.Path, http => ServeAsync(http, file));
        }
    }

    private static bool IsModule(string path) => path.StartsWith("/js/", StringComparison.Ordinal) || path.StartsWith("/sdk/", StringComparison.Ordinal);

    private static WebFile Read(Assembly assembly, string name)
    {
        using var resource = assembly.GetManifestResourceStream(name)!;
        var content = new byte[resource.Length];
        resource.ReadExactly(content);

        // Built on Windows the folders come with backslashes.
        return new WebFile('/' + name[Prefix.Length..].Replace('\\', '/'), content);
    }

    private async Task ServeAsync(HttpContext http, WebFile file)
    {
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            await HttpAnswer.Refused(405, ErrorCodes.UnknownOp, "Use GET.", allow: "GET, HEAD").WriteAsync(http);
            return;
        }

        var headers = http.Response.Headers;
        Protect(headers);

        // Asked again each time, answered 304 as long as it is the same: a new version is there at the next load.
        headers.CacheControl = "no-cache";
        headers.ETag = file.ETag;
        headers.Vary = HeaderNames.AcceptEncoding;
        if (file.Path == "/index.html")
        {
            headers.Link = _preloads;
        }

        if (IsKnown(http.Request.Headers.IfNoneMatch, file.ETag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var isCompressed = TakesBrotli(http.Request);
        var body = isCompressed ? file.Compressed : file.Content;
        if (isCompressed)
        {
            headers.ContentEncoding = "br";
        }

        headers.ContentType = file.ContentType;
        headers.ContentLength = body.Length;
        if (HttpMethods.IsGet(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(body, http.RequestAborted);
        }
    }

    private static void Protect(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private static bool IsKnown(StringValues known, string tag) =>
        EntityTagHeaderValue.TryParseList(known, out var tags) && tags.Any(other => other.Tag == "*" || other.Tag == tag);

    private static bool TakesBrotli(HttpRequest request) =>
        request.GetTypedHeaders().AcceptEncoding.Any(coding => coding.Value == "br" && coding.Quality is not 0);
}
