using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.WebUtilities;
using OrleansIM.Accounts;
using OrleansIM.Fuzz.Engine;
using OrleansIM.Gateway.Tokens;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// Sealed tokens. An input is taken for a token; then for changes of a good one, three bytes each (where, where, what); then
/// for the content of one that is sealed as it should be, as another version might do.
/// </summary>
internal sealed class TokensTarget : FuzzTarget
{
    private readonly IDataProtector _protector;
    private readonly SealedTokens _tokens;
    private readonly string _good;

    public TokensTarget()
    {
        var protection = new EphemeralDataProtectionProvider();
        _protector = protection.CreateProtector("OrleansIM.Gateway.Token");
        _tokens = new SealedTokens(protection, TimeProvider.System);
        _good = _tokens.Seal(new TokenClaims
        {
            TokenId = "t1",
            Account = "ann",
            Generation = 1,
            IssuedAt = DateTimeOffset.UnixEpoch,
            ExpiresAt = DateTimeOffset.UnixEpoch.AddYears(500),
            Device = "d",
            Via = "account",
        });
    }

    public override string Name => "tokens";

    public override string About => "sealed tokens of sessions: made up, changed, of another version";

    public override IReadOnlyList<string> Words { get; } = ["\u0001", "\u0002", "\u0000", "\u00ff\u00ff\u00ff\u00ff\u007f", "ann", "account", "mailbox", "AAAA", "====", "-_", "+/", "CfDJ8"];

    public override int MaxInput => 4 * 1024;

    public override int BoundedInputs => 6_000;

    public override ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        if (_tokens.TryUnseal(Encoding.Latin1.GetString(input.Span), out _))
        {
            throw new BrokenPromiseException("nobody makes up a token", "");
        }

        var changed = Change(input.Span);
        if (_tokens.TryUnseal(changed, out _) && !WebEncoders.Base64UrlDecode(changed).AsSpan().SequenceEqual(WebEncoders.Base64UrlDecode(_good)))
        {
            throw new BrokenPromiseException("nobody changes a token", changed);
        }

        return new($"{_tokens.TryUnseal(WebEncoders.Base64UrlEncode(_protector.Protect(input.ToArray())), out _)} {changed == _good}");
    }

    private string Change(ReadOnlySpan<byte> input)
    {
        var token = _good.ToCharArray();
        for (var i = 0; i + 2 < Math.Min(input.Length, 30); i += 3)
        {
            token[((input[i] << 8) | input[i + 1]) % token.Length] = (char)(input[i + 2] & 0x7F);
        }

        return new string(token);
    }
}
