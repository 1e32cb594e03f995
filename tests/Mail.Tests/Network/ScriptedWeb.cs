using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansIM.Mail.Tests.Network;

/// <summary>A real HTTP server on loopback that says what a test wants it to say.</summary>
internal sealed class ScriptedWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedWeb(WebApplication app) => _app = app;

    /// <summary>Without a slash at the end.</summary>
    public string Url => _app.Urls.First().Replace("[::]", "127.0.0.1", StringComparison.Ordinal);

    /// <summary>Method and path of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    public ConcurrentQueue<string> Authorizations { get; } = [];

    public static async Task<ScriptedWeb> StartAsync(RequestDelegate answer, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        var web = new ScriptedWeb(app);
        app.Run(async context =>
        {
            web.Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
            web.Authorizations.Enqueue(context.Request.Headers.Authorization.ToString());
            await answer(context);
        });
        await app.StartAsync();
        return web;
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }
}
