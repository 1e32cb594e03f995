using System.Security.Cryptography;
using System.Text;
using OrleansIM.Protocol;

namespace OrleansIM.Identity;

/// <summary>
/// How a subject becomes an account id: <c>game.{sub}</c>, or <c>g.{hash}</c>. Pure. Nothing in a subject is interpreted: it is
/// put where the template says, and what comes out is an account id as it stands, in lower case, or nothing.
/// </summary>
internal sealed class AccountTemplate
{
    private const string Subject = "{sub}";
    private const string Digest = "{hash}";

    // 120 bits: nobody finds two subjects with the same.
    private const int HashLength = 24;
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    private readonly string _before;
    private readonly string _after;
    private readonly bool _isHash;

    private AccountTemplate(string before, string after, bool isHash) => (_before, _after, _isHash) = (before, after, isHash);

    /// <summary>Reads a template; null, and what is wrong with it, if it makes no account id of any subject.</summary>
    public static AccountTemplate? Parse(string text, out string? fault)
    {
        fault = null;
        var isHash = text.Contains(Digest, StringComparison.Ordinal);
        var parts = text.Split(isHash ? Digest : Subject);
        if (parts.Length != 2)
        {
            fault = "have {sub} or {hash} in it, once, like game.{sub}";
            return null;
        }

        var template = new AccountTemplate(parts[0], parts[1], isHash);
        int[] lengths = isHash ? [HashLength] : [1, AccountIds.MinLength];
        if (!lengths.Any(length => template.TryMakeOf(new string('a', length), out _)))
        {
            fault = "make an account id: a-z 0-9 . _ - beginning with a letter or digit, 2 to 32 characters with what stands for the subject ({hash} is 24)";
            return null;
        }

        return template;
    }

    /// <summary>The account of a subject. False if that would be no account id.</summary>
    public bool TryMake(string issuer, string subject, out string account) =>
        TryMakeOf(_isHash ? Hash(issuer, subject) : subject, out account);

    /// <summary>Whether an account id has the form that subjects of this template get.</summary>
    public bool Matches(string account) =>
        account.Length > _before.Length + _after.Length
        && (!_isHash || account.Length == _before.Length + HashLength + _after.Length)
        && account.StartsWith(_before, StringComparison.Ordinal) && account.EndsWith(_after, StringComparison.Ordinal);

    private bool TryMakeOf(string part, out string account)
    {
        account = "";

        // Not folded: "Ann" and "ann" are two subjects, and must not become one account.
        if (part.Length is 0 or > AccountIds.MaxLength || !AccountIds.TryNormalize(_before + part + _after, out var id) || id != _before + part + _after)
        {
            return false;
        }

        account = id;
        return true;
    }

    private static string Hash(string issuer, string subject)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes(issuer + "\n" + subject));
        return string.Create(HashLength, bytes, static (text, bytes) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var bit = i * 5;
                var two = (bytes[bit / 8] << 8) | bytes[(bit / 8) + 1];
                text[i] = Base32[(two >> (11 - (bit % 8))) & 31];
            }
        });
    }
}
