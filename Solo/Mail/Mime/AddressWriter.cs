using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>Writes addresses and the names before them (RFC 5322, 3.4; RFC 6532).</summary>
internal static class AddressWriter
{
    private const int LongestQuoted = 60;

    // RFC 5321, 4.5.3.1.3, and some for what a mailbox may hold that breaks it.
    private const int LongestAddress = 320;

    private static readonly IdnMapping s_domains = new() { AllowUnassigned = true };

    /// <summary>The words of <c>name &lt;address&gt;</c>, or the address alone.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Refused"/>: no address, or a line break in it.</exception>
    public static List<string> Words(MailAddress who, string header)
    {
        var address = Address(who.Address, header);
        var name = MimeWriter.NoBreak(who.Name ?? "", header).Trim();
        return name.Length == 0 ? [address] : [.. Phrase(name), $"<{address}>"];
    }

    /// <summary>
    /// The address as it goes on the wire: the domain in ASCII (RFC 3490), a local part that is no atom in quotes. One that
    /// is not ASCII stays as it is.
    /// </summary>
    public static string Address(string address, string header)
    {
        MimeWriter.NoBreak(address, header);
        var at = address.LastIndexOf('@');
        var local = at > 0 ? address[..at] : "";
        var domain = at > 0 ? Domain(address[(at + 1)..].Trim()) : null;
        if (local.Length == 0 || domain is null || address.Length > LongestAddress || address.Any(char.IsControl))
        {
            throw new MailException(MailFault.Refused, $"The header {header} needs an address of the form name@domain.");
        }

        return $"{Local(local)}@{domain}";
    }

    private static string? Domain(string domain)
    {
        if (domain.StartsWith('[') && domain.EndsWith(']') && domain.AsSpan()[1..^1].IndexOfAnyExcept(s_literal) < 0)
        {
            return domain;
        }

        try
        {
            var ascii = s_domains.GetAscii(domain.ToLowerInvariant());
            return ascii.Split('.').All(label => label.Length > 0 && label.All(one => char.IsAsciiLetterOrDigit(one) || one is '-' or '_')) ? ascii : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static readonly System.Buffers.SearchValues<char> s_literal = System.Buffers.SearchValues.Create("0123456789abcdefABCDEFIPv.:");

    private static string Local(string local)
        => local.Split('.').All(IsAtom) || IsQuoted(local) ? local : Quote(local);

    private static IEnumerable<string> Phrase(string name)
    {
        var words = name.Split(' ');
        return name.AsSpan().IndexOfAnyExceptInRange(' ', '~') >= 0 || name.Contains("=?", StringComparison.Ordinal) ? EncodedWordWriter.Words(name)
            : words.All(word => IsAtom(word) && word.Length <= LongestQuoted) ? words
            : name.Length <= LongestQuoted ? [Quote(name)]
            : EncodedWordWriter.Words(name);
    }

    private static string Quote(string text)
        => '"' + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';

    /// <summary>A quoted string that is one to its end: no quote inside that is not escaped.</summary>
    private static bool IsQuoted(string text)
    {
        if (text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            return false;
        }

        for (var i = 1; i < text.Length - 1; i++)
        {
            if (text[i] == '"')
            {
                return false;
            }

            i += text[i] == '\\' ? 1 : 0;
            if (i == text.Length - 1)
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsAtom(string text)
        => text.Length > 0 && text.All(one => char.IsAsciiLetterOrDigit(one) || one > '\x7F' || "!#$%&'*+-/=?^_`{|}~".Contains(one, StringComparison.Ordinal));
}
