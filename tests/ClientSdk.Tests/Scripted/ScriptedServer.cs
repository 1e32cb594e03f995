using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Tests.Scripted;

/// <summary>A server on a port of its own that says what the test tells it to say.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Channel<ScriptedStream> _streams = Channel.CreateUnbounded<ScriptedStream>();
    private readonly ConcurrentQueue<string> _calls = new();

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = new("http://unset");

    /// <summary>Answers the HTTP calls; by default a login of ann and 204 for the rest.</summary>
    public Func<HttpContext, string, Task> Http { get; set; } = (context, _) =>
    {
        if (context.Request.Path == "/v1/login")
        {
            return context.Response.WriteAsync("""{"token":"t1","account":"ann","via":"account","expiresAt":"2030-01-01T00:00:00.000Z"}""");
        }

        context.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    /// <summary>The HTTP calls so far: path, authorization and body.</summary>
    public IReadOnlyList<string> Calls => [.. _calls];

    public static async Task<ScriptedServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromMilliseconds(100));
        var server = new ScriptedServer(builder.Build());
        server._app.UseWebSockets();
        server._app.Run(server.TakeAsync);
        await server._app.StartAsync();
        var addresses = server._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        server.Address = new Uri(addresses.Addresses.Single());
        return server;
    }

    /// <summary>The next connection of a client.</summary>
    public Task<ScriptedStream> ConnectionAsync() => _streams.Reader.ReadAsync().AsTask().Time("a client to connect");

    /// <summary>Takes the next connection through hello to ready.</summary>
    public async Task<ScriptedStream> WelcomeAsync(params string[] pages)
    {
        var stream = await ConnectionAsync();
        await stream.GreetAsync(pages);
        return stream;
    }

    public ImClient Client(FakeClock? clock = null, Func<ImClientOptions, ImClientOptions>? with = null)
    {
        var options = new ImClientOptions
        {
            Server = Address,
            Reconnect = new ReconnectPolicy { Initial = TimeSpan.FromMilliseconds(1), Max = TimeSpan.FromMilliseconds(2) },
        };
        options = clock is null ? options : options with { Clock = clock.Clock, Reconnect = new ReconnectPolicy() };
        return new ImClient(with?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        while (_streams.Reader.TryRead(out var left))
        {
            left.Abort();
        }

        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task TakeAsync(HttpContext context)
    {
        if (context.WebSockets.IsWebSocketRequest)
        {
            Assert.Contains(ProtocolLimits.Subprotocol, context.WebSockets.WebSocketRequestedProtocols);
            var stream = new ScriptedStream(await context.WebSockets.AcceptWebSocketAsync(ProtocolLimits.Subprotocol), context);
            await _streams.Writer.WriteAsync(stream);
            await stream.Ended;
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        _calls.Enqueue($"{context.Request.Path} {context.Request.Headers.Authorization} {body}");
        await Http(context, body);
    }
}
