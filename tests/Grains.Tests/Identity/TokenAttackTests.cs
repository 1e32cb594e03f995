using System.Security.Cryptography;
using System.Text;
using OrleansIM.Identity;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Tests.Identity;

/// <summary>Tokens that an attacker would present, each beside the right one that it was made from.</summary>
public sealed class TokenAttackTests : IAsyncLifetime
{
    private AppSignIn _issuer = null!;
    private IdentityHost _host = null!;

    public async Task InitializeAsync()
    {
        _issuer = await AppSignIn.StartAsync();
        _host = new IdentityHost(_issuer.Settings());
    }

    public async Task DisposeAsync()
    {
        await _host.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Verify_RightToken_SaysWhoItIs()
    {
        var verdict = await _host.VerifyAsync(_issuer.Sign("4711"));
        Assert.Null(verdict.Fault);
        Assert.Equal(("app", _issuer.Address, "4711", "game.4711", true), (verdict.Identity!.Name, verdict.Identity.Issuer, verdict.Identity.Subject, verdict.Identity.Account, verdict.Identity.Provision));
        Assert.Empty(_host.Log.Lines);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("None")]
    [InlineData("NONE")]
    [InlineData("")]
    public async Task Verify_AlgNone_IsRefused(string none)
    {
        foreach (var signature in new byte[][] { [], [1, 2, 3] })
        {
            await _host.RefusesAsync(TokenFault.Algorithm, TokenForge.Make(_issuer.Header(none), _issuer.Claims("4711"), _ => signature));
        }
    }

    [Fact]
    public async Task Verify_WithoutSignature_IsRefused()
    {
        var parts = _issuer.Sign("4711").Split('.');
        await _host.RefusesAsync(TokenFault.Signature, $"{parts[0]}.{parts[1]}.");
    }

    [Fact]
    public async Task Verify_HmacWithThePublicKey_IsRefused()
    {
        var pem = _issuer.Key.ExportSubjectPublicKeyInfoPem();
        var jwk = System.Text.Json.JsonSerializer.Serialize(TokenForge.Jwk(_issuer.Key, _issuer.Kid));
        foreach (var secret in new[] { Encoding.ASCII.GetBytes(pem), Encoding.ASCII.GetBytes(pem + "\n"), _issuer.Key.ExportSubjectPublicKeyInfo(), Encoding.UTF8.GetBytes(jwk) })
        {
            await _host.RefusesAsync(TokenFault.Algorithm, TokenForge.Make(_issuer.Header("HS256"), _issuer.Claims("4711"), TokenForge.With(secret)));
        }
    }

    [Fact]
    public async Task Verify_HmacWithASymmetricKeyInTheKeySet_IsRefused()
    {
        var secret = RandomNumberGenerator.GetBytes(32);
        var oct = new Dictionary<string, object> { ["kty"] = "oct", ["kid"] = _issuer.Kid, ["k"] = TokenForge.Encode(secret) };
        _issuer.KeysAnswer = http => Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(
            http.Response, new Dictionary<string, object> { ["keys"] = new object[] { oct, TokenForge.Jwk(_issuer.Key, _issuer.Kid) } });
        Assert.Equal("game.4711", await _host.AccountAsync(_issuer.Sign("4711")));
        await _host.RefusesAsync(TokenFault.Algorithm, TokenForge.Make(_issuer.Header("HS256"), _issuer.Claims("4711"), TokenForge.With(secret)));
    }

    [Fact]
    public async Task Verify_OtherKeyUnderTheSameName_IsRefused()
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await _host.RefusesAsync(TokenFault.Signature, TokenForge.Make(_issuer.Header(), _issuer.Claims("4711"), TokenForge.With(own)));
    }

    [Theory]
    [InlineData("jwk")]
    [InlineData("jku")]
    [InlineData("x5c")]
    public async Task Verify_TokenThatBringsItsOwnKey_IsRefused(string header)
    {
        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asked = 0;
        _issuer.DiscoveryAnswer = null;
        await using var attacker = await AppSignIn.StartAsync();
        attacker.KeysAnswer = http =>
        {
            asked++;
            return Microsoft.AspNetCore.Http.HttpResponseJsonExtensions.WriteAsJsonAsync(http.Response, new Dictionary<string, object> { ["keys"] = new object[] { TokenForge.Jwk(own, _issuer.Kid) } });
        };
        var head = _issuer.Header();
        head[header] = header switch
        {
            "jwk" => TokenForge.Jwk(own, _issuer.Kid),
            "jku" => attacker.JwksUrl,
            _ => new[] { Convert.ToBase64String(own.ExportSubjectPublicKeyInfo()) },
        };
        await _host.RefusesAsync(TokenFault.Signature, TokenForge.Make(head, _issuer.Claims("4711"), TokenForge.With(own)));
        Assert.Equal(0, asked);
    }

    [Fact]
    public async Task Verify_ChangedPayload_IsRefused()
    {
        var (mine, other) = (_issuer.Sign("4711").Split('.'), _issuer.Sign("4712").Split('.'));
        await _host.RefusesAsync(TokenFault.Signature, $"{mine[0]}.{other[1]}.{mine[2]}");
    }

    [Fact]
    public async Task Verify_AudienceOfAnotherService_IsRefused()
    {
        await _host.RefusesAsync(TokenFault.Audience, _issuer.Sign("4711", claims => claims["aud"] = "shop"));
        await _host.RefusesAsync(TokenFault.Audience, _issuer.Sign("4711", claims => claims["aud"] = new[] { "shop", "im2", "IM" }));
        await _host.RefusesAsync(TokenFault.Audience, _issuer.Sign("4711", claims => claims.Remove("aud")));
        Assert.Equal("game.4711", await _host.AccountAsync(_issuer.Sign("4711", claims => claims["aud"] = new[] { "shop", "im" })));
    }

    [Fact]
    public async Task Verify_IssuerThatIsNotConfigured_IsRefused()
    {
        await _host.RefusesAsync(TokenFault.UnknownIssuer, _issuer.Sign("4711", claims => claims["iss"] = _issuer.Address + "/"));
        await _host.RefusesAsync(TokenFault.UnknownIssuer, _issuer.Sign("4711", claims => claims["iss"] = "https://elsewhere.example"));
        await _host.RefusesAsync(TokenFault.UnknownIssuer, _issuer.Sign("4711", claims => claims.Remove("iss")));
        await using var another = await AppSignIn.StartAsync();
        await _host.RefusesAsync(TokenFault.UnknownIssuer, another.Sign("4711"));
        await _host.RefusesAsync(TokenFault.Signature, another.Sign("4711", claims => claims["iss"] = _issuer.Address));
        Assert.Equal(0, another.Fetches);
    }

    [Fact]
    public async Task Verify_AfterItsEnd_IsRefused()
    {
        var token = _issuer.Sign("4711");
        _host.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal("game.4711", await _host.AccountAsync(token));
        _host.Clock.Advance(TimeSpan.FromMinutes(3));
        await _host.RefusesAsync(TokenFault.Expired, token);
    }

    [Fact]
    public async Task Verify_WithoutAnEnd_IsRefused()
    {
        await _host.RefusesAsync(TokenFault.Expired, _issuer.Sign("4711", claims => claims.Remove("exp")));
        await _host.RefusesAsync(TokenFault.Expired, _issuer.Sign("4711", claims => claims["exp"] = 0));
        await _host.RefusesAsync(TokenFault.Expired, _issuer.Sign("4711", claims => claims["exp"] = -1));
    }

    [Fact]
    public async Task Verify_BeforeItsBeginning_IsRefused()
    {
        var begins = _host.Clock.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds();
        var token = _issuer.Sign("4711", claims => claims["nbf"] = begins);
        await _host.RefusesAsync(TokenFault.NotYetValid, token);
        _host.Clock.Advance(TimeSpan.FromMinutes(4.9));
        Assert.Equal("game.4711", await _host.AccountAsync(token));
    }

    [Fact]
    public async Task Verify_TooLarge_IsRefusedUnread()
    {
        await _host.RefusesAsync(TokenFault.TooLarge, _issuer.Sign("4711", claims => claims["fat"] = new string('x', ProtocolLimits.MaxJwt)));
        await _host.RefusesAsync(TokenFault.TooLarge, new string('a', 10_000_000));
        Assert.Equal("game.4711", await _host.AccountAsync(_issuer.Sign("4711", claims => claims["fat"] = new string('x', 5_000))));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.")]
    [InlineData("e30.W10.x")]
    [InlineData("not a token")]
    [InlineData("\0.\0.\0")]
    public async Task Verify_WhatIsNoToken_IsRefused(string text)
    {
        var verdict = await _host.VerifyAsync(text);
        Assert.True(verdict.Fault is TokenFault.Malformed or TokenFault.UnknownIssuer, verdict.Fault.ToString());
        Assert.False(_host.Verifier.TryRoute(text, out _));
    }

    [Fact]
    public async Task Verify_EncryptedOrWithACriticalHeader_IsRefused()
    {
        await _host.RefusesAsync(TokenFault.Malformed, _issuer.Sign("4711") + ".e30.e30");
        await _host.RefusesAsync(TokenFault.Malformed, _issuer.Sign("4711", changeHeader: header => header["crit"] = new[] { "b64" }));
    }

    [Theory]
    [InlineData("{\"sub\":{\"a\":1}}")]
    [InlineData("{\"exp\":\"tomorrow\",\"sub\":\"4711\"}")]
    [InlineData("{\"exp\":1e300,\"sub\":\"4711\"}")]
    [InlineData("{\"iss\":5,\"sub\":\"4711\"}")]
    [InlineData("{\"sub\":null}")]
    public async Task Verify_ClaimOfAnotherKind_IsRefused(string claims)
    {
        var payload = _issuer.Claims("4711");
        foreach (var property in System.Text.Json.JsonElement.Parse(claims).EnumerateObject())
        {
            payload[property.Name] = property.Value;
        }

        var verdict = await _host.VerifyAsync(TokenForge.Make(_issuer.Header(), payload, TokenForge.With(_issuer.Key)));
        Assert.NotNull(verdict.Fault);
    }

    [Theory]
    [InlineData("Ann")]
    [InlineData("../admin")]
    [InlineData("{sub}")]
    [InlineData("a b")]
    [InlineData("ann\n")]
    [InlineData("x@y")]
    [InlineData("12345678901234567890123456789")]
    public async Task Verify_SubjectThatMakesNoAccountId_IsRefused(string subject)
    {
        await _host.RefusesAsync(TokenFault.NoAccountId, _issuer.Sign(subject));
        Assert.False(_host.Verifier.TryRoute(_issuer.Sign(subject), out _));
    }

    [Fact]
    public async Task Verify_WithoutSubject_IsRefused()
    {
        await _host.RefusesAsync(TokenFault.NoSubject, _issuer.Sign("4711", claims => claims.Remove("sub")));
        await _host.RefusesAsync(TokenFault.NoSubject, _issuer.Sign(""));
    }

    [Fact]
    public async Task Verify_AlgorithmThatTheOperatorDoesNotAllow_IsRefused()
    {
        await using var host = new IdentityHost(_issuer.Settings(("Identity:Issuers:app:Algorithms:0", "ES384")));
        await host.RefusesAsync(TokenFault.Algorithm, _issuer.Sign("4711"));
    }

    [Fact]
    public async Task Verify_NameAndAddressClaims_AreTakenWhereTheyAreFit()
    {
        await using var host = new IdentityHost(_issuer.Settings(("Identity:Issuers:app:DisplayNameClaim", "name"), ("Identity:Issuers:app:EmailClaim", "email")));
        Assert.Equal(("Ann", "ann@example.com"), await Of(claims => (claims["name"], claims["email"]) = ("Ann", "ann@example.com")));
        Assert.Equal((null, null), await Of(_ => { }));
        Assert.Equal((null, null), await Of(claims => (claims["name"], claims["email"]) = ("Ann\r\nBcc: x", "ann@example.com\r\nBcc: x@y.z")));
        Assert.Equal((null, null), await Of(claims => (claims["name"], claims["email"], claims["email_verified"]) = (new string('x', 513), "ann@example.com", false)));

        async Task<(string?, string?)> Of(Action<Dictionary<string, object>> change)
        {
            var identity = (await host.VerifyAsync(_issuer.Sign("4711", change))).Identity!;
            return (identity.DisplayName, identity.Email);
        }
    }
}
