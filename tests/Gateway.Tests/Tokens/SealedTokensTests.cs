using Microsoft.AspNetCore.DataProtection;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Tests.World;
using OrleansIM.Gateway.Tokens;

namespace OrleansIM.Gateway.Tests.Tokens;

public sealed class SealedTokensTests
{
    private readonly ManualTime _time = new();
    private readonly EphemeralDataProtectionProvider _keys = new();
    private readonly SealedTokens _tokens;

    public SealedTokensTests() => _tokens = new SealedTokens(_keys, _time);

    [Fact]
    public void Seal_ThenUnseal_GivesTheClaims()
    {
        var claims = Claims();

        Assert.True(_tokens.TryUnseal(_tokens.Seal(claims), out var unsealed));

        Assert.Equal(claims, unsealed);
    }

    [Fact]
    public void Unseal_ByAnotherGatewayWithTheSameKeys_Succeeds() =>
        Assert.True(new SealedTokens(_keys, _time).TryUnseal(_tokens.Seal(Claims()), out _));

    [Fact]
    public void Unseal_WhenExpired_Fails()
    {
        var token = _tokens.Seal(Claims());

        _time.Advance(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        Assert.True(_tokens.TryUnseal(token, out _));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(_tokens.TryUnseal(token, out var claims));
        Assert.Null(claims);
    }

    [Fact]
    public void Unseal_OfAForeignKeyRing_Fails() =>
        Assert.False(new SealedTokens(new EphemeralDataProtectionProvider(), _time).TryUnseal(_tokens.Seal(Claims()), out _));

    [Fact]
    public void Unseal_SealedForAnotherPurpose_Fails()
    {
        var other = _keys.CreateProtector("something else").Protect(new byte[100]);

        Assert.False(_tokens.TryUnseal(Convert.ToBase64String(other).TrimEnd('=').Replace('+', '-').Replace('/', '_'), out _));
    }

    [Fact]
    public void Unseal_AnyBitChanged_Fails()
    {
        var token = _tokens.Seal(Claims());
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token.ToCharArray();
            changed[i] = changed[i] == 'A' ? 'Q' : 'A';

            // The last character of base64 has bits that mean nothing.
            Assert.False(_tokens.TryUnseal(new string(changed), out _) && i < token.Length - 1, $"changed at {i}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(40)]
    public void Unseal_SealedButOfAnotherForm_Fails(int length)
    {
        // Of another version, say: a time that is none, a text that is cut off.
        var sealedBytes = _keys.CreateProtector("OrleansIM.Gateway.Token").Protect([1, 1, (byte)'t', 1, (byte)'a', .. Enumerable.Repeat((byte)0x7F, length)]);

        Assert.False(_tokens.TryUnseal(Convert.ToBase64String(sealedBytes).TrimEnd('=').Replace('+', '-').Replace('/', '_'), out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a")]
    [InlineData("not a token")]
    [InlineData("äöü")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void Unseal_Garbage_Fails(string token) => Assert.False(_tokens.TryUnseal(token, out _));

    private TokenClaims Claims() => new()
    {
        TokenId = "t1",
        Account = "ann",
        Generation = 3,
        IssuedAt = _time.GetUtcNow(),
        ExpiresAt = _time.GetUtcNow().AddHours(1),
        Device = "phone äöü 📱",
        Via = "account",
    };
}
