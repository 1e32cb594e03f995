using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrleansIM.TestSupport;

/// <summary>
/// The sign-in of an app, as an OpenID provider: says over HTTP where its keys are and what they are, and signs tokens.
/// </summary>
public sealed class AppSignIn : IAsyncDisposable
{
    /// <summary>What its tokens are for.</summary>
    public const string Audience = "im";

    private readonly WebApplication _app;
    private readonly TimeProvider _time;
    private ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _number = 1;
    private int _fetches;

    private AppSignIn(WebApplication app, TimeProvider time) => (_app, _time) = (app, time);

    /// <summary>Its address, which is its name too.</summary>
    public string Address => _app.Urls.First();

    public string JwksUrl => Address + "/keys";

    /// <summary>How often the keys were asked for.</summary>
    public int Fetches => Volatile.Read(ref _fetches);

    /// <summary>The key it signs with, for forgers who have stolen it.</summary>
    public ECDsa Key => _key;

    public string Kid => $"key-{_number}";

    /// <summary>What it answers in place of its keys, if anything.</summary>
    public Func<HttpContext, Task>? KeysAnswer { get; set; }

    /// <summary>What it answers in place of its discovery document, if anything.</summary>
    public Func<HttpContext, Task>? DiscoveryAnswer { get; set; }

    public static async Task<AppSignIn> StartAsync(TimeProvider? time = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var issuer = new AppSignIn(app, time ?? TimeProvider.System);
        app.MapGet("/.well-known/openid-configuration", issuer.DiscoverAsync);
        app.MapGet("/keys", issuer.ShowKeysAsync);
        await app.StartAsync();
        return issuer;
    }

    /// <summary>The settings that have a server trust it, under the name <c>app</c>; accounts are <c>game.{sub}</c>.</summary>
    public (string Key, string Value)[] Settings(params (string Key, string Value)[] more) =>
    [
        ("Identity:AllowHttpOnLoopback", "true"),
        ("Identity:Issuers:app:Authority", Address),
        ("Identity:Issuers:app:Audiences:0", Audience),
        ("Identity:Issuers:app:Account", "game.{sub}"),
        .. more,
    ];

    /// <summary>Signs with a new key from now on; the old one is good no more.</summary>
    public void Rotate()
    {
        _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _number++;
    }

    /// <summary>A token for a subject, good for an hour.</summary>
    public string Sign(string subject, Action<Dictionary<string, object>>? change = null, Action<Dictionary<string, object>>? changeHeader = null)
    {
        var header = Header();
        var claims = Claims(subject);
        changeHeader?.Invoke(header);
        change?.Invoke(claims);
        return TokenForge.Make(header, claims, TokenForge.With(_key));
    }

    public Dictionary<string, object> Header(string algorithm = "ES256") => new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = Kid };

    public Dictionary<string, object> Claims(string subject) => new()
    {
        ["iss"] = Address,
        ["aud"] = Audience,
        ["sub"] = subject,
        ["iat"] = _time.GetUtcNow().ToUnixTimeSeconds(),
        ["exp"] = _time.GetUtcNow().AddHours(1).ToUnixTimeSeconds(),
    };

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private Task DiscoverAsync(HttpContext http) => DiscoveryAnswer is { } answer
        ? answer(http)
        : http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = Address, ["jwks_uri"] = JwksUrl });

    private Task ShowKeysAsync(HttpContext http)
    {
        Interlocked.Increment(ref _fetches);
        return KeysAnswer is { } answer
            ? answer(http)
            : http.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["keys"] = new object[] { TokenForge.Jwk(_key, Kid) } });
    }
}
