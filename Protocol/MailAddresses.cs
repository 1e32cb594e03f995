using System;
using System.Globalization;
using System.Text;

namespace OrleansIM.Protocol;

/// <summary>
/// Mail addresses as the protocol takes them: one <c>@</c>, before it a dot-atom of RFC 5322 with the characters of RFC
/// 6532, after it a domain. No quoted local parts, no address literals: nobody has such a mailbox, and they are where
/// injections hide.
/// </summary>
public static class MailAddresses
{
    /// <summary>The longest address, in bytes of UTF-8 (RFC 5321: a path of 256, its angle brackets taken off).</summary>
    public const int MaxBytes = 254;

    private const int MaxLocalBytes = 64;
    private const int MaxDomainCharacters = 253;
    private const string SymbolsOfAtoms = "!#$%&'*+-/=?^_`{|}~.";

    /// <summary>
    /// Trims, writes the domain in lower case and its labels as DNS has them (<c>xn--…</c>), and says whether it is an
    /// address. The local part stays as it is: what it means is the mail server's affair.
    /// </summary>
    public static bool TryNormalize(string? text, out string address)
    {
        address = "";
        var trimmed = text?.Trim() ?? "";
        if (trimmed.Length > MaxBytes)
        {
            return false;
        }

        var at = trimmed.IndexOf('@');
        if (at <= 0 || at != trimmed.LastIndexOf('@') || !IsLocalPart(trimmed.AsSpan(0, at))
            || !TryNormalizeHost(trimmed.Substring(at + 1), out var domain))
        {
            return false;
        }

        var normal = trimmed.Remove(at + 1) + domain;
        if (Encoding.UTF8.GetByteCount(normal) > MaxBytes)
        {
            return false;
        }

        address = normal;
        return true;
    }

    /// <summary>
    /// What an address is known and compared by here: all of it in lower case, for no mail server that matters tells
    /// <c>Ann@</c> from <c>ann@</c>.
    /// </summary>
    /// <param name="address">An address that <see cref="TryNormalize"/> has answered.</param>
    public static string KeyOf(string address) => address.ToLowerInvariant();

    /// <summary>What a text is known by if it is an address.</summary>
    public static bool TryKey(string? text, out string key)
    {
        var isAddress = TryNormalize(text, out var address);
        key = KeyOf(address);
        return isAddress;
    }

    /// <summary>The domain of an address that <see cref="TryNormalize"/> has answered, or of its key.</summary>
    public static string DomainOf(string address) => address.Substring(address.IndexOf('@') + 1);

    /// <summary>Writes the name of a domain or host in lower case, as DNS has it, and says whether it is one.</summary>
    public static bool TryNormalizeHost(string text, out string domain)
    {
        domain = "";
        if (text.Length is 0 or > MaxBytes || text[text.Length - 1] == '.')
        {
            return false;
        }

        try
        {
            // Refuses what DNS has no label for: empty ones, long ones, other characters than letters, digits and hyphens.
            domain = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(text.ToLowerInvariant()).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        return domain.Length <= MaxDomainCharacters;
    }

    private static bool IsLocalPart(ReadOnlySpan<char> local)
    {
        if (local[0] == '.' || local[local.Length - 1] == '.' || Encoding.UTF8.GetByteCount(local) > MaxLocalBytes)
        {
            return false;
        }

        for (var i = 0; i < local.Length; i++)
        {
            var c = local[i];
            if (char.IsHighSurrogate(c) && i + 1 < local.Length && char.IsLowSurrogate(local[i + 1]))
            {
                i++;
            }
            else if (!IsAllowed(c) || (c == '.' && local[i - 1] == '.'))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAllowed(char c) => c < 0x80
        ? c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') || SymbolsOfAtoms.Contains(c)
        : char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate
            or UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
