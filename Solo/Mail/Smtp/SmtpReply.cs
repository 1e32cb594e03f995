using System.Globalization;

namespace OrleansIM.Mail;

/// <summary>What a server says to a command (RFC 5321, 4.2).</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Lines">The text of each line.</param>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public bool IsGood => Code is >= 200 and < 300;

    /// <summary>The same may work later.</summary>
    public bool IsTemporary => Code is >= 400 and < 500;

    /// <summary>The text, in one line.</summary>
    public string Text => MailFaults.Reply(string.Join(' ', Lines));

    /// <summary>Code and text, in one line.</summary>
    public string Full => MailFaults.Reply(string.Create(CultureInfo.InvariantCulture, $"{Code} {string.Join(' ', Lines)}"));
}
