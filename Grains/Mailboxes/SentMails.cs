using System.Security.Cryptography;
using System.Text;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>
/// What became of the newest mails, by <c>cid</c>. A mail is noted before it is handed to the submission server and again
/// with the answer: what is noted without an answer may be on its way. Pure.
/// </summary>
internal sealed record SentMails
{
    /// <summary>So many mails are remembered; the oldest are forgotten first.</summary>
    public const int Most = 200;

    /// <summary>Oldest first.</summary>
    public SentNote[] Notes { get; init; } = [];

    public SentNote? Find(string cid) => Array.Find(Notes, note => note.Cid == cid);

    public SentMails With(SentNote note)
    {
        SentNote[] notes = [.. Notes.Where(other => other.Cid != note.Cid), note];
        return new SentMails { Notes = notes.Length <= Most ? notes : notes[^Most..] };
    }

    /// <summary>Nothing of it was handed over: a repeat is a first attempt.</summary>
    public SentMails Without(string cid) => new() { Notes = [.. Notes.Where(note => note.Cid != cid)] };

    /// <summary>
    /// The same for every attempt at the same mail: a server that gets it twice, and whoever looks into the folder for
    /// sent mail, can tell.
    /// </summary>
    public static string MessageIdOf(string mailbox, string cid)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{mailbox}\n{cid}"));
        return $"<{Convert.ToHexStringLower(hash.AsSpan(0, 16))}@{MailAddresses.DomainOf(mailbox)}>";
    }
}

/// <summary>A mail that was, or may have been, handed over.</summary>
internal sealed record SentNote
{
    public required string Cid { get; init; }

    /// <summary>When it was begun: its Date, also when it is handed over again.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Null while the outcome is not known.</summary>
    public SentMail? Result { get; init; }
}
