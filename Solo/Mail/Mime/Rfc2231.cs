using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>Values of MIME parameters that are in pieces or not in ASCII (RFC 2231), and those in encoded words.</summary>
internal static class Rfc2231
{
    // Enough for 60,000 characters in one-line pieces.
    private const int MostPieces = 1000;

    /// <summary>
    /// The value of a parameter such as <c>filename</c>, or null if it is not there. <c>filename*</c> wins over
    /// <c>filename*0</c> and so on, and that over <c>filename</c>. Pieces may come in any order; what follows a missing one
    /// is dropped.
    /// </summary>
    /// <param name="parameters">Names and values as they come, one character per byte (Latin-1), quotes taken off.</param>
    /// <param name="name">Its name without <c>*</c>, in any case.</param>
    public static string? Find(IReadOnlyList<KeyValuePair<string, string>> parameters, string name)
    {
        if (ValueOf(parameters, name + "*") is { } whole)
        {
            return Decode([(whole, true)]);
        }

        var pieces = Pieces(parameters, name);
        return pieces.Count > 0 ? Decode(pieces)
            : ValueOf(parameters, name) is { } plain ? EncodedWords.Decode(plain)
            : null;
    }

    private static List<(string Value, bool IsEscaped)> Pieces(IReadOnlyList<KeyValuePair<string, string>> parameters, string name)
    {
        var found = new Dictionary<int, (string, bool)>();
        foreach (var (key, value) in parameters)
        {
            if (key.Length > name.Length + 1 && key[name.Length] == '*' && key.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                var isEscaped = key.EndsWith('*');
                var digits = key.AsSpan(name.Length + 1, key.Length - name.Length - (isEscaped ? 2 : 1));
                if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < MostPieces)
                {
                    found.TryAdd(index, (value, isEscaped));
                }
            }
        }

        var pieces = new List<(string, bool)>();
        while (found.TryGetValue(pieces.Count, out var piece))
        {
            pieces.Add(piece);
        }

        return pieces;
    }

    /// <summary>Only the first piece says the charset: <c>charset'language'text</c>.</summary>
    private static string Decode(List<(string Value, bool IsEscaped)> pieces)
    {
        if (!pieces.Exists(piece => piece.IsEscaped))
        {
            return EncodedWords.Decode(string.Concat(pieces.Select(piece => piece.Value)));
        }

        string? charset = null;
        var bytes = new List<byte>();
        for (var i = 0; i < pieces.Count; i++)
        {
            var (value, isEscaped) = pieces[i];
            if (i == 0 && isEscaped && value.Split('\'', 3) is [var named, _, var rest])
            {
                (charset, value) = (named, rest);
            }

            bytes.AddRange(isEscaped ? Unescape(value) : Encoding.Latin1.GetBytes(value));
        }

        return Charsets.Decode([.. bytes], charset);
    }

    private static IEnumerable<byte> Unescape(string value)
    {
        var raw = Encoding.Latin1.GetBytes(value);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '%' && TransferEncoding.Escape(raw.AsSpan(i + 1)) is { } escaped)
            {
                i += 2;
                yield return escaped;
            }
            else
            {
                yield return raw[i];
            }
        }
    }

    private static string? ValueOf(IReadOnlyList<KeyValuePair<string, string>> parameters, string name)
        => parameters.FirstOrDefault(parameter => parameter.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
}
