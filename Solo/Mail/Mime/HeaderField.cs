using System.Text;

namespace OrleansIM.Mail;

/// <summary>One header, folded between its words (RFC 5322, 2.2.3).</summary>
internal sealed class HeaderField(string name)
{
    // RFC 2047, 2: lines with encoded words; RFC 5322 asks for 78.
    private const int Width = 76;

    private readonly List<string> _words = [];

    /// <summary>Words that a single space stands between.</summary>
    public HeaderField Add(IReadOnlyList<string> words)
    {
        _words.AddRange(words);
        return this;
    }

    /// <summary>Writes it, line break included; nothing if it has no words.</summary>
    public void WriteTo(StringBuilder header)
    {
        if (_words.Count == 0)
        {
            return;
        }

        header.Append(name).Append(':');
        var column = name.Length + 1;
        foreach (var word in _words)
        {
            // Not before the first word: some programs take a header that begins with a fold for an empty one.
            if (column + 1 + word.Length > Width && column > name.Length + 1)
            {
                header.Append("\r\n");
                column = 0;
            }

            header.Append(' ').Append(word);
            column += 1 + word.Length;
        }

        header.Append("\r\n");
    }
}
