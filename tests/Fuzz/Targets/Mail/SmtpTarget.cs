using OrleansIM.Fuzz.Engine;
using OrleansIM.Mail;

namespace OrleansIM.Fuzz.Targets;

/// <summary>What a submission server replies.</summary>
internal sealed class SmtpTarget : MailTarget
{
    private static readonly MailSubmission s_mail = new(
        "ann@mail.example", ["bob@mail.example", "cat@mail.example", "dan@mail.example"],
        "From: ann@mail.example\r\nTo: bob@mail.example\r\nSubject: x\r\nMessage-ID: <1@mail.example>\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n\r\n.x\r\n"u8.ToArray());

    public override string Name => "smtp";

    public override string About => "a submission server that replies anything, to the mail client of this engine";

    public override IReadOnlyList<string> Words { get; } =
    [
        "check ", "%%\n", "220 hi\r\n", "220-hi\r\n", "250 ok\r\n", "250-", "250-8BITMIME\r\n", "250-SIZE 1000\r\n", "250-SIZE 99999999999999999999\r\n", "250-PIPELINING\r\n", "250-SMTPUTF8\r\n", "250-CHUNKING\r\n",
        "250-STARTTLS\r\n", "250-AUTH PLAIN LOGIN XOAUTH2\r\n", "250-AUTH=LOGIN\r\n", "250-DSN\r\n", "250 AUTH PLAIN\r\n", "334 \r\n", "334 VXNlcm5hbWU6\r\n", "334 UGFzc3dvcmQ6\r\n", "334 *\r\n", "235 2.7.0 ok\r\n",
        "354 go\r\n", "421 bye\r\n", "450 4.1.1 later\r\n", "550 5.1.1 no\r\n", "551-", "552 too big\r\n", "535 5.7.8 no\r\n", "221 bye\r\n", "000 \r\n", "999 \r\n", "25", "250\r\n", "250", "-250 \r\n", "\r\n", "\n", "\r", "\0", "\u00e9",
    ];

    public override int BoundedInputs => 8_000;

    public override async ValueTask<string> RunAsync(ReadOnlyMemory<byte> input)
    {
        var script = new Script(input.Span);
        Connect(script);
        return await OutcomeAsync(async () =>
        {
            if (script.Wanted.Contains("check"))
            {
                await Connector.CheckSubmissionAsync(Access, CancellationToken.None);
                return "checked";
            }

            return Check(await Connector.SubmitAsync(Access, s_mail, CancellationToken.None));
        });
    }

    private static string Check(MailSubmitted submitted)
    {
        var refused = submitted.Refused.Select(one => one.Address).ToList();
        if (refused.Distinct().Count() < refused.Count || refused.Except(s_mail.Recipients).Any())
        {
            throw new BrokenPromiseException("each recipient is reported once", string.Join(' ', refused));
        }

        foreach (var one in submitted.Refused)
        {
            ShownText.CheckLine(one.Reply, 200, "reply");
        }

        return $"refused {refused.Count} {submitted.Refused.Count(one => one.IsTemporary)}";
    }
}
