using System.Text.RegularExpressions;

namespace OrleansIM.Mail;

/// <summary>Reads where a mail stands in its thread, the same whatever library has fetched its headers.</summary>
public static partial class MailThreads
{
    /// <summary>The headers to ask a server for.</summary>
    public static readonly IReadOnlyList<string> Headers = ["Message-ID", "References", "In-Reply-To"];

    private const int LongestId = 250;
    private const int MostReferences = 50;

    // A header of a mail is somebody else's text: no more than this of it is looked at.
    private const int MostText = 64 * 1024;

    /// <summary>The thread, or null without a usable Message-ID. Bodies of headers as they stand in the mail, folded or not.</summary>
    public static MailThread? Read(string? messageId, string? references, string? inReplyTo)
    {
        if (Ids(messageId) is not [var own, ..])
        {
            return null;
        }

        var before = Ids(references);
        if (before.Count == 0 && Ids(inReplyTo) is [var only])
        {
            before = [only];
        }

        return new MailThread(own, before.Count > MostReferences ? [before[0], .. before[^(MostReferences - 1)..]] : before);
    }

    private static List<string> Ids(string? text)
        => text is null ? [] : [.. Id().Matches(text.Length > MostText ? text[^MostText..] : text).Select(static id => id.Value).Where(static id => id.Length <= LongestId)];

    // RFC 5322, 3.6.4, without comments and quotes, which nobody writes there.
    [GeneratedRegex(@"<[!-;=?A-~]+@[!-;=?A-~]+>")]
    private static partial Regex Id();
}
