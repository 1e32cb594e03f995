using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansIM.Deploy.Tests.Images;

/// <summary>As much of a registry as the SDK asks for a base image: one image, read from what <c>podman push … dir:</c> has written.</summary>
internal sealed class LoopbackRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackRegistry(WebApplication app) => _app = app;

    /// <summary>Host and port.</summary>
    public string Address => new Uri(_app.Urls.Single()).Authority;

    public static async Task<LoopbackRegistry> StartAsync(string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapGet("/v2/", () => Results.Ok());
        app.MapGet("/v2/{**path}", (HttpContext context, string path) =>
        {
            var last = path[(path.LastIndexOf('/') + 1)..];
            if (path.Contains("/blobs/", StringComparison.Ordinal))
            {
                return Results.File(Path.Combine(folder, last[(last.IndexOf(':', StringComparison.Ordinal) + 1)..]), "application/octet-stream");
            }

            var manifest = File.ReadAllBytes(Path.Combine(folder, "manifest.json"));
            context.Response.Headers["Docker-Content-Digest"] = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(manifest));
            return Results.Bytes(manifest, "application/vnd.docker.distribution.manifest.v2+json");
        });
        await app.StartAsync();
        return new(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
