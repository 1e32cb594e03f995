using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansIM.TestSupport;

/// <summary>An OAuth 2 introspection endpoint (RFC 7662), so that a mail server knows which access tokens are good.</summary>
internal sealed class TokenEndpoint : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _users = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private TokenEndpoint(WebApplication app) => _app = app;

    public string Url => _app.Urls.First() + "/introspect";

    public static async Task<TokenEndpoint> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var endpoint = new TokenEndpoint(app);
        app.Map("/introspect", endpoint.Introspect);
        await app.StartAsync();
        return endpoint;
    }

    public void Accept(string token, string user) => _users[token] = user;

    public void Revoke(string token) => _users.TryRemove(token, out _);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private IResult Introspect(HttpRequest request)
    {
        var token = request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        return _users.TryGetValue(token, out var user)
            ? Results.Json(new Dictionary<string, object> { ["active"] = true, ["username"] = user })
            : Results.Json(new Dictionary<string, object> { ["active"] = false });
    }
}
