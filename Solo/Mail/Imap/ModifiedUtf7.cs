using System.Text;

namespace OrleansIM.Mail;

/// <summary>Names of folders on the wire (RFC 3501, 5.1.3): ASCII, and between <c>&amp;</c> and <c>-</c> UTF-16 in base64 with a comma for the slash.</summary>
internal static class ModifiedUtf7
{
    public static string Encode(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var at = 0; at < name.Length;)
        {
            if (IsPlain(name[at]))
            {
                text.Append(name[at] == '&' ? "&-" : name[at].ToString());
                at++;
                continue;
            }

            var start = at;
            while (at < name.Length && !IsPlain(name[at]))
            {
                at++;
            }

            var bytes = Encoding.BigEndianUnicode.GetBytes(name[start..at]);
            text.Append('&').Append(Convert.ToBase64String(bytes).TrimEnd('=').Replace('/', ',')).Append('-');
        }

        return text.ToString();
    }

    /// <summary>What is not well formed stays as it is.</summary>
    public static string Decode(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var at = 0; at < name.Length; at++)
        {
            var end = name[at] == '&' ? name.IndexOf('-', at) : -1;
            if (end < 0)
            {
                text.Append(name[at]);
                continue;
            }

            text.Append(end == at + 1 ? "&" : DecodeRun(name[(at + 1)..end]) ?? name[at..(end + 1)]);
            at = end;
        }

        return text.ToString();
    }

    private static bool IsPlain(char c) => c is >= ' ' and < '\x7f';

    private static string? DecodeRun(string run)
    {
        Span<byte> bytes = run.Length <= 1024 ? stackalloc byte[1024] : new byte[run.Length];
        var padded = run.Replace(',', '/').PadRight((run.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var count) && count % 2 == 0
            ? Encoding.BigEndianUnicode.GetString(bytes[..count])
            : null;
    }
}
