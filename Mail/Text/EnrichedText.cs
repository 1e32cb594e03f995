using System.Text;

namespace OrleansIM.Mail;

/// <summary>What a reader sees of text/enriched (RFC 1896) and of text/richtext before it (RFC 1341).</summary>
internal static class EnrichedText
{
    // The longest name of a command, with what delimits it (RFC 1896, 2: 60 characters).
    private const int LongestCommand = 63;

    /// <summary>Without the commands and what stands in param and comment; <c>&lt;&lt;</c> is a <c>&lt;</c>.</summary>
    public static string ToText(string enriched)
    {
        var text = new StringBuilder(enriched.Length);
        var unseen = 0;
        for (var i = 0; i < enriched.Length; i++)
        {
            if (enriched[i] != '<')
            {
                Append(text, enriched[i], unseen);
            }
            else if (i + 1 < enriched.Length && enriched[i + 1] == '<')
            {
                Append(text, enriched[i++], unseen);
            }
            else if (enriched.IndexOf('>', i, Math.Min(LongestCommand, enriched.Length - i)) is var end and > 0)
            {
                unseen = Math.Max(0, unseen + Read(enriched[(i + 1)..end].ToLowerInvariant(), text));
                i = end;
            }
            else if (enriched.Length - i < LongestCommand)
            {
                break;
            }
            else
            {
                Append(text, enriched[i], unseen);
            }
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, char one, int unseen)
    {
        if (unseen == 0)
        {
            text.Append(one);
        }
    }

    private static int Read(string command, StringBuilder text)
    {
        switch (command)
        {
            case "param" or "comment":
                return 1;
            case "/param" or "/comment":
                return -1;
            case "lt":
                text.Append('<');
                break;
            case "nl" or "np" or "paragraph" or "/paragraph":
                text.Append('\n');
                break;
        }

        return 0;
    }
}
