using System.Security.Cryptography;
using OrleansIM.Grains.Secrets;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// What app passwords look like and how they are found again: 28 characters, 140 random bits. A mail program that asks
/// every few minutes costs a microsecond.
/// </summary>
internal static class AppPasswords
{
    private const int Length = 28;

    /// <summary>A new secret as its owner sees it, and what is stored of it.</summary>
    public static (string Password, string Hash) Make() => SpokenSecret.Make(Length);

    public static string NewId() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    /// <summary>The app password that a text is, whichever way it was typed; null for any other text.</summary>
    public static AppPasswordRecord? Find(IReadOnlyList<AppPasswordRecord> passwords, string text) =>
        passwords.Count > 0 && SpokenSecret.TryHash(text, Length, out var hash)
            ? passwords.FirstOrDefault(password => SpokenSecret.IsSame(password.Hash, hash))
            : null;
}
