namespace OrleansIM.Mail;

internal enum ImapCondition
{
    Ok,
    No,
    Bad,
    Bye,
    PreAuth,
}

/// <summary>OK, NO, BAD, BYE or PREAUTH, and what is said along with it (RFC 3501, 7.1).</summary>
/// <param name="Condition">Which of them.</param>
/// <param name="Code">The response code, upper case; empty if there is none.</param>
/// <param name="Argument">What follows the code inside of the brackets.</param>
/// <param name="Text">In one line, for people.</param>
internal sealed record ImapStatus(ImapCondition Condition, string Code, string Argument, string Text)
{
    public bool IsOk => Condition == ImapCondition.Ok;

    /// <summary>Refused for now (RFC 5530): the same may work later.</summary>
    public bool IsTemporary => Code is "UNAVAILABLE" or "INUSE" or "LIMIT" or "SERVERBUG";

    /// <summary>What follows the word, for instance <c>[UIDVALIDITY 1] valid</c>.</summary>
    public static ImapStatus Parse(ImapCondition condition, string rest)
    {
        rest = rest.TrimStart();
        var (code, argument) = ("", "");
        if (rest.StartsWith('[') && rest.IndexOf(']', StringComparison.Ordinal) is var end && end > 0)
        {
            var inside = rest[1..end].Split(' ', 2);
            (code, argument) = (inside[0].ToUpperInvariant(), inside.Length > 1 ? inside[1] : "");
            rest = rest[(end + 1)..];
        }

        return new ImapStatus(condition, code, argument, MailFaults.Reply(rest));
    }

    public static bool TryCondition(string word, out ImapCondition condition)
    {
        (var known, condition) = word.ToUpperInvariant() switch
        {
            "OK" => (true, ImapCondition.Ok),
            "NO" => (true, ImapCondition.No),
            "BAD" => (true, ImapCondition.Bad),
            "BYE" => (true, ImapCondition.Bye),
            "PREAUTH" => (true, ImapCondition.PreAuth),
            _ => (false, default),
        };
        return known;
    }

    /// <exception cref="MailException"><see cref="MailFault.Refused"/>, unless it is OK.</exception>
    public ImapStatus OrThrow(string host, string what) => IsOk ? this : throw MailFaults.Refused(host, what, Text);
}
