using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using OrleansIM.Identity;

namespace OrleansIM.Grains.Tests.Identity;

/// <summary>Where keys come from: over HTTP, by discovery, out of files; and what is not taken for one.</summary>
public sealed class KeySourceTests : IAsyncLifetime
{
    private readonly TempDirectory _files = new();
    private AppSignIn _app = null!;

    public async Task InitializeAsync() => _app = await AppSignIn.StartAsync();

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        _files.Dispose();
    }

    [Fact]
    public async Task Rotation_OverHttp_NewTokensAreGoodAndOldOnesAreNot()
    {
        await using var host = new IdentityHost(_app.Settings());
        var old = _app.Sign("4711");
        Assert.Equal("game.4711", await host.AccountAsync(old));
        _app.Rotate();
        await host.RefusesAsync(TokenFault.UnknownKey, _app.Sign("4711"));
        Assert.Equal(1, _app.Fetches);
        host.Clock.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal("game.4711", await host.AccountAsync(_app.Sign("4711")));
        await host.RefusesAsync(TokenFault.UnknownKey, old);
        Assert.Equal(2, _app.Fetches);
    }

    [Fact]
    public async Task JwksUrl_WithoutDiscovery_IsEnough()
    {
        await using var host = new IdentityHost(
            ("Identity:AllowHttpOnLoopback", "true"), ("Identity:Issuers:app:Issuer", _app.Address), ("Identity:Issuers:app:JwksUrl", _app.JwksUrl),
            ("Identity:Issuers:app:Audiences:0", AppSignIn.Audience), ("Identity:Issuers:app:Account", "{sub}.game"));
        Assert.Equal("4711.game", await host.AccountAsync(_app.Sign("4711")));
    }

    [Theory]
    [InlineData("elsewhere")]
    [InlineData("plain")]
    [InlineData("file")]
    [InlineData("none")]
    [InlineData("garbage")]
    public async Task Discovery_DocumentThatLeadsAstray_IsNotFollowed(string where)
    {
        _app.DiscoveryAnswer = http => where switch
        {
            "elsewhere" => http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = "https://other.example", ["jwks_uri"] = _app.JwksUrl }),
            "plain" => http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = _app.Address, ["jwks_uri"] = "http://keys.example/keys" }),
            "file" => http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = _app.Address, ["jwks_uri"] = "file:///etc/passwd" }),
            "none" => http.Response.WriteAsJsonAsync(new Dictionary<string, string> { ["issuer"] = _app.Address }),
            _ => http.Response.WriteAsync("[1,2"),
        };
        await IsUnavailableAsync();
    }

    [Fact]
    public async Task Keys_BehindARedirect_AreNotFetched()
    {
        await using var other = await AppSignIn.StartAsync();
        _app.KeysAnswer = http =>
        {
            http.Response.Redirect(other.JwksUrl);
            return Task.CompletedTask;
        };
        await IsUnavailableAsync();
        Assert.Equal(0, other.Fetches);
    }

    [Fact]
    public async Task Keys_InAnAnswerWithoutEnd_AreGivenUp()
    {
        _app.KeysAnswer = async http =>
        {
            var some = Encoding.ASCII.GetBytes(new string(' ', 64 * 1024));
            for (var i = 0; i < 10_000 && !http.RequestAborted.IsCancellationRequested; i++)
            {
                await http.Response.Body.WriteAsync(some, http.RequestAborted);
            }
        };
        await IsUnavailableAsync();
    }

    [Fact]
    public async Task Keys_FromAnIssuerThatDoesNotAnswer_AreGivenUp()
    {
        _app.KeysAnswer = http => Task.Delay(Timeout.Infinite, http.RequestAborted);
        await IsUnavailableAsync(("Identity:FetchTimeout", "00:00:00.2"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("{\"keys\":5}")]
    [InlineData("{\"keys\":[{\"kty\":\"oct\",\"kid\":\"key-1\",\"k\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"}]}")]
    [InlineData("<html></html>")]
    public async Task Keys_ThatAreNone_AreUnavailable(string body)
    {
        _app.KeysAnswer = http => http.Response.WriteAsync(body);
        await IsUnavailableAsync();
    }

    [Fact]
    public async Task Keys_OfAShortRsaKey_AreNotTaken()
    {
        using var weak = RSA.Create(1024);
        _app.KeysAnswer = http => http.Response.WriteAsJsonAsync(new Dictionary<string, object> { ["keys"] = new object[] { TokenForge.Jwk(weak, "weak"), TokenForge.Jwk(_app.Key, _app.Kid) } });
        await using var host = new IdentityHost(_app.Settings());
        var header = _app.Header("RS256");
        header["kid"] = "weak";
        await host.RefusesAsync(TokenFault.UnknownKey, TokenForge.Make(header, _app.Claims("4711"), TokenForge.With(weak)));
        Assert.Equal("game.4711", await host.AccountAsync(_app.Sign("4711")));
    }

    [Fact]
    public async Task KeyFiles_PemAndJwks_AreRead()
    {
        using var rsa = RSA.Create(2048);
        await using var host = new IdentityHost([.. Fixed, ("Identity:Issuers:app:KeyFiles:0", Write(rsa.ExportSubjectPublicKeyInfoPem())), ("Identity:Issuers:app:KeyFiles:1", Write($$"""{"keys":[{{System.Text.Json.JsonSerializer.Serialize(TokenForge.Jwk(_app.Key, _app.Kid))}}]}"""))]);
        Assert.Equal("game.4711", await host.AccountAsync(_app.Sign("4711")));
        Assert.Equal("game.4711", await host.AccountAsync(TokenForge.Make(_app.Header("RS256"), _app.Claims("4711"), TokenForge.With(rsa))));
        await host.RefusesAsync(TokenFault.Algorithm, TokenForge.Make(_app.Header("HS256"), _app.Claims("4711"), TokenForge.With(Encoding.ASCII.GetBytes(rsa.ExportSubjectPublicKeyInfoPem()))));
    }

    [Fact]
    public async Task SecretFile_SharedWithTheIssuer_ChecksHmacAndNothingElse()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        await using var host = new IdentityHost([.. Fixed, ("Identity:Issuers:app:SecretFile", Write(Convert.ToBase64String(secret) + "\n"))]);
        Assert.Equal("game.4711", await host.AccountAsync(TokenForge.Make(_app.Header("HS256"), _app.Claims("4711"), TokenForge.With(secret))));
        await host.RefusesAsync(TokenFault.Algorithm, _app.Sign("4711"));
        await host.RefusesAsync(TokenFault.Algorithm, TokenForge.Make(_app.Header("none"), _app.Claims("4711"), _ => []));
        secret[0] ^= 1;
        await host.RefusesAsync(TokenFault.Signature, TokenForge.Make(_app.Header("HS256"), _app.Claims("4711"), TokenForge.With(secret)));
    }

    [Fact]
    public void Settings_ThatAreWrong_AreAllNamed()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var faults = FaultsOf(options =>
        {
            options.FetchPause = TimeSpan.Zero;
            options.Issuers["empty"] = new IssuerOptions();
            options.Issuers["plain"] = Issuer(issuer => issuer.Authority = "http://id.example");
            options.Issuers["loopback"] = Issuer(issuer => (issuer.Issuer, issuer.JwksUrl) = ("l", "http://127.0.0.1/keys"));
            options.Issuers["two"] = Issuer(issuer => (issuer.Issuer, issuer.Authority, issuer.SecretFile) = ("t", "https://id.example", Write("x")));
            options.Issuers["mixed"] = Issuer(issuer => (issuer.Authority, _) = ("https://m.example", Add(issuer.Algorithms, "HS256")));
            options.Issuers["none"] = Issuer(issuer => (issuer.Authority, _) = ("https://n.example", Add(issuer.Algorithms, "none")));
            options.Issuers["short"] = Issuer(issuer => (issuer.Issuer, issuer.SecretFile) = ("s", Write(Convert.ToBase64String(new byte[31]))));
            options.Issuers["private"] = Issuer(issuer => (issuer.Issuer, _) = ("p", Add(issuer.KeyFiles, Write(key.ExportPkcs8PrivateKeyPem()))));
            options.Issuers["gone"] = Issuer(issuer => (issuer.Issuer, _) = ("g", Add(issuer.KeyFiles, "/nowhere/at/all.pem")));
        });
        foreach (var expected in new[]
        {
            "Identity:FetchPause", "empty:Issuer is missing", "empty:Audiences:0", "empty:Account", "empty:one of Authority", "plain:Authority", "loopback:JwksUrl",
            "two:one of Authority", "mixed:Algorithms: HS256", "none:Algorithms: none", "short:SecretFile", "private:KeyFiles:0", "gone:KeyFiles:0",
        })
        {
            Assert.Contains(faults, fault => fault.Contains(expected, StringComparison.Ordinal));
        }

        Assert.Equal(13, faults.Length);
    }

    [Fact]
    public void Settings_ThatAreRight_AreTaken()
    {
        using var rsa = RSA.Create(2048);
        Assert.Empty(FaultsOf(options =>
        {
            options.Issuers["web"] = Issuer(issuer => issuer.Authority = "https://id.example/realms/game");
            options.Issuers["files"] = Issuer(issuer => (issuer.Issuer, _) = ("f", Add(issuer.KeyFiles, Write(rsa.ExportSubjectPublicKeyInfoPem()))));
        }));
    }

    private static IssuerOptions Issuer(Action<IssuerOptions> set)
    {
        var issuer = new IssuerOptions { Account = "game.{sub}" };
        issuer.Audiences.Add("im");
        set(issuer);
        return issuer;
    }

    private static bool Add(IList<string> list, string one)
    {
        list.Add(one);
        return true;
    }

    private static string[] FaultsOf(Action<IdentityOptions> set)
    {
        var options = new IdentityOptions();
        set(options);
        return [.. new IdentityOptionsValidator().Validate(null, options).Failures ?? []];
    }

    private (string Key, string Value)[] Fixed =>
        [("Identity:Issuers:app:Issuer", _app.Address), ("Identity:Issuers:app:Audiences:0", AppSignIn.Audience), ("Identity:Issuers:app:Account", "game.{sub}")];

    private string Write(string text)
    {
        var path = Path.Combine(_files.Path, Guid.NewGuid().ToString("N"));
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>No token signs in, it is not said to be the token's fault, and what came is in no log.</summary>
    private async Task IsUnavailableAsync(params (string Key, string Value)[] settings)
    {
        await using var host = new IdentityHost(_app.Settings(settings));
        await host.RefusesAsync(TokenFault.KeysUnavailable, _app.Sign("4711"));
        Assert.Contains(host.Log.Lines, line => line.Contains("could not be fetched", StringComparison.Ordinal));
    }
}
