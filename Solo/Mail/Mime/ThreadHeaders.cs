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
        var unfolded = new List<string>();
        foreach (var line in headers.Split('\n'))
        {
            if (line is [' ' or '\t', ..] && unfolded.Count > 0)
            {
                unfolded[^1] += line.TrimEnd('\r');
            }
            else
            {
                unfolded.Add(line.TrimEnd('\r'));
            }
        }

        foreach (var field in unfolded)
        {
            if (field.IndexOf(':', StringComparison.Ordinal) is var colon && colon > 0)
            {
                fields.TryAdd(field[..colon].TrimEnd().ToLowerInvariant(), field[(colon + 1)..]);
            }
        }

        return fields;
    }
}
