using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>What an IMAP server says. An input's first piece names what is done after signing in.</summary>
internal sealed class ImapTarget : MailTarget
{
    private const int Most = 5;

    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(2);

    public override string Name => "imap";

    public override string About => "an IMAP server that says anything, to the mail client of this engine";

    public override IReadOnlyList<string> Words { get; } =
    [
        "list ", "summarize ", "people ", "wait ", "append ", "sent ", "thread ", "%%\n", "@tag OK done\r\n", "@tag NO no\r\n", "@tag BAD what\r\n", "* OK ", "* NO ", "* BAD ", "* BYE ", "* PREAUTH ",
        "* CAPABILITY IMAP4rev1 ", "IDLE ", "ESEARCH ", "AUTH=PLAIN ", "AUTH=LOGIN ", "SASL-IR ", "LITERAL+ ", "UIDPLUS ", "SPECIAL-USE ", "NAMESPACE ", "ID ", "CONDSTORE ", "+ go\r\n", "+ \r\n",
        "* 3 EXISTS\r\n", "* 1 EXPUNGE\r\n", "* 1 RECENT\r\n", "* 1 FETCH (", "UID 7", "FLAGS (\\Seen)", "ENVELOPE (", "BODYSTRUCTURE (", "INTERNALDATE \" 1-Jan-2024 00:00:00 +0000\"", "BODY[1]<0> ",
        "BODY[HEADER.FIELDS (SUBJECT FROM)] ", "{5}\r\nhello", "{999999999}\r\n", "{0}\r\n", "~{3}\r\nabc", "\"\"", "\"\\\"\"", "NIL", "(\"a\" NIL \"b\" \"c\")", "(NIL NIL \"g\" NIL)", "(NIL NIL NIL NIL)",
        "* SEARCH 1 2 3\r\n", "* ESEARCH (TAG \"@tag\") UID COUNT 2 ALL 7,9\r\n", "ALL 1:4294967295", "COUNT 4294967296", "* LIST (\\HasNoChildren \\Sent) \"/\" Sent\r\n", "* STATUS INBOX (UNSEEN 1)\r\n",
        "[UIDVALIDITY 1]", "[UIDNEXT 10]", "[CAPABILITY IMAP4rev2]", "[READ-ONLY]", "[ALERT]", "[APPENDUID 1 2]", "\"TEXT\" \"PLAIN\" (\"CHARSET\" \"utf-8\") NIL NIL \"BASE64\" 12 1",
        "\"MESSAGE\" \"RFC822\"", " \"ALTERNATIVE\"", "((((((((", "))))))))", "=?utf-8?q?=C3=A9?=", "\r\n", "\n", "* ", "&AMk-", "&", "\0",
    ];

    public override int BoundedInputs => 5_000;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var script = new Script(input.Span);
        Connect(script);
        IMailboxConnection? connection = null;
        var outcome = await OutcomeAsync(async () =>
        {
            connection = await Connector.OpenAsync(Access, CancellationToken.None);
            return "open";
        });
        if (connection is null)
        {
            return outcome;
        }

        await using (connection)
        {
            foreach (var step in script.Wanted.Take(4))
            {
                outcome += " " + await OutcomeAsync(() => DoAsync(connection, step));
            }
        }

        return outcome;
    }

    private static async Task<string> DoAsync(IMailboxConnection connection, string step)
    {
        switch (step)
        {
            case "summarize":
                return Check(await connection.SummarizeAsync(Most, CancellationToken.None));
            case "people":
                var people = await connection.ReadCorrespondentsAsync(Most, CancellationToken.None);
                people.Select(one => one.Who).ToList().ForEach(ShownText.Check);
                return $"people {Math.Min(people.Count, 3)}";
            case "wait":
                return $"waited {await connection.WaitForChangeAsync(s_moment, CancellationToken.None)}";
            case "append":
                return $"appended {await connection.AppendToSentAsync("Subject: x\r\n\r\nx\r\n"u8.ToArray(), "<1@mail.example>", CancellationToken.None)}";
            case "sent":
                return $"sent {await connection.IsSentAsync("<1@mail.example>", CancellationToken.None)}";
            case "thread":
                return $"thread {(await connection.ReadThreadAsync(7, CancellationToken.None))?.References.Count > 0}";
            default:
                return Check(await connection.ListAsync(Most, CancellationToken.None));
        }
    }

    private static string Check(MailboxSummary summary)
    {
        if (summary.Mails.Count > Most || summary.Unread < 0 || summary.Mails.DistinctBy(mail => mail.Uid).Count() < summary.Mails.Count)
        {
            throw new BrokenPromiseException("no more mails than asked for, each once", $"{summary.Mails.Count} mails, {summary.Unread} unread");
        }

        foreach (var mail in summary.Mails)
        {
            ShownText.Check(mail);
        }

        return $"{Math.Min(summary.Mails.Count, 3)} {summary.Unread > 0} {summary.Mails.Any(mail => mail.Preview.Length > 0)} {summary.Mails.Any(mail => mail.From.Address.Length > 0)}";
    }
}
