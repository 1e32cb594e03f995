using System.Text;

namespace OrleansIM.Mail;

/// <summary>Files in the middle of a plain text, as they were sent before MIME.</summary>
internal static class UuencodedText
{
    /// <summary>
    /// The text without them: from a line <c>begin 644 name</c>, if the line after it is one of such a file, to the line
    /// <c>end</c>, or to the end of the text.
    /// </summary>
    public static string Remove(string text)
    {
        if (!text.Contains("begin ", StringComparison.Ordinal))
        {
            return text;
        }

        var lines = text.Split('\n');
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsBegin(lines[i]) && i + 1 < lines.Length && IsData(lines[i + 1], isLast: i + 2 == lines.Length))
            {
                while (i < lines.Length && lines[i].TrimEnd('\r') != "end")
                {
                    i++;
                }

                continue;
            }

            kept.Append(lines[i]).Append('\n');
        }

        return kept.ToString();
    }

    private static bool IsBegin(string line)
        => line.StartsWith("begin ", StringComparison.Ordinal) && line.Length > 10
            && line.AsSpan(6, 3).IndexOfAnyExceptInRange('0', '7') < 0 && line[9] is ' ' or '0' or '1' or '2' or '3' or '4' or '5' or '6' or '7';

    /// <summary>The first character says how many bytes the line holds; the last line may have been cut.</summary>
    private static bool IsData(string line, bool isLast)
    {
        line = line.TrimEnd('\r');
        if (line.Length < 2 || line.AsSpan().IndexOfAnyExceptInRange(' ', '`') >= 0)
        {
            return false;
        }

        var bytes = (line[0] - ' ') & 63;
        var characters = (bytes + 2) / 3 * 4;
        return isLast || (line.Length - 1 >= characters - 2 && line.Length - 1 <= characters + 2);
    }
}
