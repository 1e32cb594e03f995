using System.Text;

namespace OrleansIM.Mail;

/// <summary>Reads the headers that tie a mail to others (RFC 5322, 3.6.4).</summary>
internal static class ThreadHeaders
{
    /// <summary>The thread, or null if the mail has no id to refer to.</summary>
    /// <param name="headers">Message-ID, References and In-Reply-To as they come, folded or not; may be cut at the end.</param>
    public static MailThread? Read(ReadOnlySpan<byte> headers)
    {
        var fields = Fields(Encoding.Latin1.GetString(headers));
        return MailThreads.Read(
            fields.GetValueOrDefault("message-id"), fields.GetValueOrDefault("references"), fields.GetValueOrDefault("in-reply-to"));
    }

    /// <summary>Unfolded, by name in lower case; of several with one name the first.</summary>
    private static Dictionary<string, string> Fields(string headers)
    {
        var fields = new Dictionary<string, string>();
        foreach (var lines in Unfold(headers))
        {
            var field = lines.ToString();
            if (field.IndexOf(':', StringComparison.Ordinal) is var colon && colon > 0)
            {
                fields.TryAdd(field[..colon].TrimEnd().ToLowerInvariant(), field[(colon + 1)..]);
            }
        }

        return fields;
    }

    private static List<StringBuilder> Unfold(string headers)
    {
        var fields = new List<StringBuilder>();
        foreach (var line in headers.Split('\n'))
        {
            if (line is not [' ' or '\t', ..] || fields.Count == 0)
            {
                fields.Add(new StringBuilder());
            }

            fields[^1].Append(line.TrimEnd('\r'));
        }

        return fields;
    }
}
