using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansIM.LoadTest.Tests.Faulty;

/// <summary>In front of a server that is right: passes everything on, and to one in so many messages does something wrong.</summary>
internal sealed partial class FaultyProxy : IAsyncDisposable
{
    private const int OneIn = 12;

    // All of it in the middle of the load: an event that is left out is seen by what follows it.
    private const int Most = 6;

    private readonly Uri _server;
    private readonly Sin _sin;
    private readonly HttpClient _http = new();
    private readonly WebApplication _app;
    private readonly List<ProxiedStream> _streams = [];
    private int _messages;
    private int _sins;

    private FaultyProxy(Uri server, Sin sin)
    {
        (_server, _sin) = (server, sin);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.UseWebSockets();
        _app.Run(context => context.WebSockets.IsWebSocketRequest ? StreamAsync(context) : CallAsync(context));
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>How often it did it.</summary>
    public int Sins => _sins;

    public static async Task<FaultyProxy> StartAsync(Uri server, Sin sin)
    {
        var proxy = new FaultyProxy(server, sin);
        await proxy._app.StartAsync();
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task CallAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_server, context.Request.Path + context.Request.QueryString));
        if (context.Request.ContentLength > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        if (context.Request.Headers.Authorization is [{ } authorization])
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        using var answer = await _http.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType?.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private async Task StreamAsync(HttpContext context)
    {
        using var server = new ClientWebSocket();
        server.Options.AddSubProtocol("orleansim.v1");
        await server.ConnectAsync(new UriBuilder(new Uri(_server, context.Request.Path)) { Scheme = "ws" }.Uri, context.RequestAborted);
        using var client = await context.WebSockets.AcceptWebSocketAsync("orleansim.v1");
        var stream = new ProxiedStream(client, server);
        lock (_streams)
        {
            _streams.Add(stream);
        }

        await Task.WhenAny(
            ProxiedStream.PumpAsync(client, server, frame => TakeRequestAsync(stream, frame)),
            ProxiedStream.PumpAsync(server, client, frame => TakeFrameAsync(stream, frame)));
        lock (_streams)
        {
            _streams.Remove(stream);
        }

        client.Abort();
        server.Abort();
    }

    private async Task TakeRequestAsync(ProxiedStream stream, string frame)
    {
        if (!frame.Contains("\"op\":\"send\"", StringComparison.Ordinal) || _sin is not (Sin.Forgets or Sin.StoresTwice) || !IsTheOne())
        {
            await stream.ToServerAsync(frame);
            return;
        }

        var request = JsonNode.Parse(frame)!.AsObject();
        if (_sin == Sin.Forgets)
        {
            // Nobody else gets that number.
            await stream.ToClientAsync($$$"""{"re":{{{request["id"]}}},"ok":{"id":"{{{Guid.NewGuid():N}}}","seq":{{{1_000_000 + _sins}}},"sentAt":"2026-01-01T00:00:00.000Z"}}""");
            return;
        }

        await stream.ToServerAsync(frame);
        request["id"] = 1_000_000 + _sins;
        request["cid"] = $"again {_sins}";
        await stream.ToServerAsync(request.ToJsonString());
    }

    private async Task TakeFrameAsync(ProxiedStream stream, string frame)
    {
        var account = AccountOf().Match(frame) is { Success: true } match ? match.Groups["account"].Value : "";
        if (!frame.StartsWith("{\"ev\":\"message\"", StringComparison.Ordinal) || _sin is Sin.None or Sin.Forgets or Sin.StoresTwice || !IsTheOne())
        {
            await stream.ToClientAsync(frame);
            if (frame.Contains("\"seq\":", StringComparison.Ordinal))
            {
                await stream.ReleaseAsync(account);
            }

            return;
        }

        switch (_sin)
        {
            case Sin.Drops:
                break;
            case Sin.Doubles:
                await stream.ToClientAsync(frame);
                await stream.ToClientAsync(frame);
                break;
            case Sin.Reorders:
                stream.Hold(account, frame);
                break;
            case Sin.Garbles:
                await stream.ToClientAsync(frame.Replace("abcdefghij", "abcdeFghij", StringComparison.Ordinal));
                break;
            default:
                await stream.ToClientAsync(frame);
                await Stranger(stream).ToClientAsync(frame);
                break;
        }
    }

    private ProxiedStream Stranger(ProxiedStream stream)
    {
        lock (_streams)
        {
            return _streams.First(other => other != stream);
        }
    }

    private bool IsTheOne()
    {
        if (Interlocked.Increment(ref _messages) % OneIn != 0 || Volatile.Read(ref _sins) >= Most)
        {
            return false;
        }

        Interlocked.Increment(ref _sins);
        return true;
    }

    [GeneratedRegex("\"account\":\"(?<account>[^\"]*)\"")]
    private static partial Regex AccountOf();
}
