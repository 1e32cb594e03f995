using System.Text;

namespace OrleansIM.Mail;

/// <summary>An address in a mail's envelope (RFC 5321), where what is not one could be a command.</summary>
public static class EnvelopeAddress
{
    /// <summary>RFC 5321, 4.5.3.1.3, in octets.</summary>
    private const int Most = 254;

    /// <summary>
    /// Whether it can stand between angle brackets and stays there: no control characters, no brackets, and no white space
    /// unless the part before the @ is in quotes.
    /// </summary>
    public static bool IsSafe(string address)
        => address.Length > 0
            && Encoding.UTF8.GetByteCount(address) <= Most
            && !address.Any(static c => char.IsControl(c) || c is '<' or '>' or '\u2028' or '\u2029')
            && address.LastIndexOf('@') is var at && at > 0 && at < address.Length - 1
            && !address.AsSpan(at).ContainsAny(" \"")
            && (IsQuoted(address.AsSpan(0, at)) || !address.AsSpan(0, at).ContainsAny(" \"\\"));

    private static bool IsQuoted(ReadOnlySpan<char> local)
    {
        if (local is not ['"', .. var inside, '"'])
        {
            return false;
        }

        for (var i = 0; i < inside.Length; i++)
        {
            if (inside[i] == '"' || inside[i] == '\\' && ++i == inside.Length)
            {
                return false;
            }
        }

        return true;
    }
}
