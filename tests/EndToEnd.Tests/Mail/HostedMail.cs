using System.Globalization;

namespace OrleansIM.EndToEnd.Tests.Mail;

/// <summary>A mail in the INBOX of a <see cref="MailHost"/>, unread. Text is Latin-1 on the wire: a character is a byte.</summary>
internal sealed record HostedMail(int Uid, string Subject)
{
    public string Text { get; init; } = "Hello.";

    public string Charset { get; init; } = "utf-8";

    public string Encoding { get; init; } = "7bit";

    /// <summary>How large the server says its text is; more than <see cref="Text"/> costs this test nothing.</summary>
    public long? Size { get; init; }

    /// <summary>What is said of it, whichever way a client asks; the number is its place in the mailbox.</summary>
    public string Fetched(int number)
    {
        const string Bob = "((\"Bob\" NIL \"bob\" \"example.test\"))";
        var header = $"Subject: {Subject}\r\nFrom: Bob <bob@example.test>\r\nDate: Thu, 26 Nov 2026 09:30:00 +0100\r\n\r\n";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"* {number} FETCH (UID {Uid} FLAGS () INTERNALDATE \"26-Nov-2026 09:30:00 +0100\" "
            + $"ENVELOPE (\"Thu, 26 Nov 2026 09:30:00 +0100\" {{{Subject.Length}}}\r\n{Subject} {Bob} {Bob} {Bob} NIL NIL NIL NIL NIL) "
            + $"BODYSTRUCTURE (\"text\" \"plain\" (\"charset\" \"{Charset}\") NIL NIL \"{Encoding}\" {Size ?? Text.Length} 1 NIL NIL NIL NIL) "
            + $"BODY[HEADER.FIELDS (SUBJECT FROM SENDER DATE)] {{{header.Length}}}\r\n{header})\r\n");
    }

    /// <summary>The beginning of its text.</summary>
    public string FetchedText(int number)
    {
        var beginning = Text[..Math.Min(Text.Length, 8192)];
        return string.Create(CultureInfo.InvariantCulture, $"* {number} FETCH (UID {Uid} BODY[1]<0> {{{beginning.Length}}}\r\n{beginning})\r\n");
    }
}
