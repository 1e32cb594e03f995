using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrleansIM.Grains.Secrets;

/// <summary>
/// Secrets that people read and type: Crockford's Base32 in groups of four, 5 random bits a character; the letters that are
/// easily misread stand for the digit they look like.
/// </summary>
/// <remarks>
/// Stored as SHA-256 without a salt and without rounds: those slow down who tries words and dates against a stolen hash.
/// Of 2^80 and more equally likely secrets nobody finds one by trying, however quickly, and no two have the same hash. So to
/// check one costs a microsecond, not a password hash.
/// </remarks>
internal static class SpokenSecret
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Group = 4;

    /// <summary>A new secret as people see it, and what is stored of it.</summary>
    public static (string Text, string Hash) Make(int length)
    {
        var secret = RandomNumberGenerator.GetString(Alphabet, length);
        return (string.Join('-', secret.Chunk(Group).Select(group => new string(group))), Hash(secret));
    }

    /// <summary>The hash of what was typed, whichever way; false for what cannot be such a secret.</summary>
    public static bool TryHash(string typed, int length, [NotNullWhen(true)] out string? hash)
    {
        var characters = new StringBuilder(length);
        hash = null;
        foreach (var one in typed)
        {
            var character = char.ToLowerInvariant(one) switch { 'o' => '0', 'i' or 'l' => '1', var other => other };
            if (Alphabet.Contains(character, StringComparison.Ordinal) && characters.Length < length)
            {
                characters.Append(character);
            }
            else if (character is not ('-' or ' '))
            {
                return false;
            }
        }

        if (characters.Length != length)
        {
            return false;
        }

        hash = Hash(characters.ToString());
        return true;
    }

    /// <summary>Whether two hashes are one, in a time that says nothing about them.</summary>
    public static bool IsSame(string hash, string other) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(other));

    /// <summary>What is stored of a secret.</summary>
    public static string Hash(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}
