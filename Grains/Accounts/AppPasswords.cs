using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What app passwords look like and how they are found again. 28 characters of Crockford's Base32, 140 random bits, in
/// groups of four; the letters that are easily misread stand for the digit they look like.
/// </summary>
/// <remarks>
/// Stored as SHA-256 without a salt and without rounds: those slow down who tries words and dates against a stolen hash.
/// Of 2^140 equally likely secrets nobody finds one by trying, however quickly, and no two have the same hash. So a mail
/// program that asks every few minutes costs a microsecond, not a password hash.
/// </remarks>
internal static class AppPasswords
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 28;
    private const int Group = 4;

    /// <summary>A new secret as its owner sees it, and what is stored of it.</summary>
    public static (string Password, string Hash) Make()
    {
        var secret = RandomNumberGenerator.GetString(Alphabet, Length);
        return (string.Join('-', secret.Chunk(Group).Select(group => new string(group))), Hash(secret));
    }

    public static string NewId() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>The app password that a text is, whichever way it was typed; null for any other text.</summary>
    public static AppPasswordRecord? Find(IReadOnlyList<AppPasswordRecord> passwords, string text)
    {
        if (passwords.Count == 0 || !TryNormalize(text, out var secret))
        {
            return null;
        }

        var hash = Encoding.ASCII.GetBytes(Hash(secret));
        return passwords.FirstOrDefault(password => CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(password.Hash), hash));
    }

    private static bool TryNormalize(string text, [NotNullWhen(true)] out string? secret)
    {
        var characters = new StringBuilder(Length);
        foreach (var typed in text)
        {
            var character = char.ToLowerInvariant(typed) switch { 'o' => '0', 'i' or 'l' => '1', var other => other };
            if (Alphabet.Contains(character, StringComparison.Ordinal) && characters.Length < Length)
            {
                characters.Append(character);
            }
            else if (character is not ('-' or ' '))
            {
                secret = null;
                return false;
            }
        }

        secret = characters.ToString();
        return secret.Length == Length;
    }

    private static string Hash(string secret) => Convert.ToHexString(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));
}
