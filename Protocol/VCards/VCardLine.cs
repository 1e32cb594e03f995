namespace OrleansIM.Protocol;

/// <summary>A property of a card as it stands there: unfolded, not unescaped. The group (<c>item1.EMAIL</c>) is left out.</summary>
internal sealed record VCardLine(string Name, IReadOnlyList<KeyValuePair<string, string>> Parameters, string Value)
{
    public bool IsQuotedPrintable => Values("ENCODING").Any(encoding => encoding.Equals("QUOTED-PRINTABLE", StringComparison.OrdinalIgnoreCase));

    public string? Charset => Values("CHARSET").FirstOrDefault();

    /// <summary>1 is best, 100 the least, 101 what says nothing: PREF of 4.0, the type <c>pref</c> before.</summary>
    public int Preference
    {
        get
        {
            var given = Values("PREF").Select(text => int.TryParse(text, out var number) && number is >= 1 and <= 100 ? number : 101);
            return given.Append(Types.Contains("pref") ? 1 : 101).Min();
        }
    }

    /// <summary>TYPE, in lower case; in 2.1 a parameter without a name is one.</summary>
    public IEnumerable<string> Types => Values("TYPE")
        .SelectMany(value => value.Split(','))
        .Select(type => type.Trim().ToLowerInvariant())
        .Where(type => type.Length > 0)
        .Distinct();

    /// <summary>The name of a property, of a line's beginning; null if it is none.</summary>
    public static string? NameOf(ReadOnlySpan<char> line)
    {
        var end = line.IndexOfAny(';', ':');
        if (end <= 0)
        {
            return null;
        }

        var name = line[..end].Trim();
        name = name[(name.LastIndexOf('.') + 1)..];
        return name.IsEmpty ? null : name.ToString().ToUpperInvariant();
    }

    /// <summary>What stands before the value: name and parameters. Nothing, if the value does not begin in this line.</summary>
    public static ReadOnlySpan<char> HeadOf(ReadOnlySpan<char> line)
    {
        var isQuoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == ':' && !isQuoted)
            {
                return line[..i];
            }

            isQuoted ^= line[i] == '"';
        }

        return [];
    }

    /// <summary>Null if the line is no property.</summary>
    public static VCardLine? Parse(string line)
    {
        if (NameOf(line) is not { } name)
        {
            return null;
        }

        var parameters = new List<KeyValuePair<string, string>>();
        var start = line.AsSpan().IndexOfAny(';', ':');
        while (line[start] == ';')
        {
            var end = EndOfParameter(line, start + 1);
            if (end < 0)
            {
                return null;
            }

            parameters.Add(Parameter(line[(start + 1)..end]));
            start = end;
        }

        return new VCardLine(name, parameters, line[(start + 1)..]);
    }

    private static int EndOfParameter(string line, int from)
    {
        var isQuoted = false;
        for (var i = from; i < line.Length; i++)
        {
            if (line[i] == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (!isQuoted && line[i] is ';' or ':')
            {
                return i;
            }
        }

        return -1;
    }

    private static KeyValuePair<string, string> Parameter(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals >= 0)
        {
            return new(text[..equals].Trim().ToUpperInvariant(), text[(equals + 1)..].Replace("\"", "", StringComparison.Ordinal).Trim());
        }

        // 2.1 leaves the names of parameters out.
        return text.Trim().ToUpperInvariant() switch
        {
            "QUOTED-PRINTABLE" or "BASE64" or "8BIT" or "7BIT" => new("ENCODING", text.Trim()),
            var type => new("TYPE", type),
        };
    }

    private IEnumerable<string> Values(string name) => Parameters.Where(one => one.Key == name).Select(one => one.Value);
}
