using System.Globalization;
using System.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Mail;

/// <summary>Mails as people get them: plain text beside HTML, some kilobytes.</summary>
internal static class MailTexts
{
    private const string Sentence = "The minutes of Tuesday's meeting are attached, with the figures f=C3=BCr March and what is left to do. ";

    /// <summary>A mail whose subject has a number that a client finds again.</summary>
    public static byte[] Arrival(int number) => Mail($"arrival-{number.ToString(CultureInfo.InvariantCulture)} of today");

    /// <summary>So many mails for a mailbox to begin with.</summary>
    public static IEnumerable<byte[]> Old(int count) =>
        Enumerable.Range(0, count).Select(mail => Mail($"Minutes of meeting {mail.ToString(CultureInfo.InvariantCulture)}"));

    private static byte[] Mail(string subject) => Encoding.ASCII.GetBytes(
        $"""
        From: =?UTF-8?Q?J=C3=BCrgen_M=C3=BCller?= <sender@example.test>
        To: Ann <ann@example.test>, Bob <bob@example.test>
        Subject: {subject}
        Message-ID: <{Guid.NewGuid():N}@example.test>
        Date: Thu, 26 Nov 2026 09:30:00 +0100
        MIME-Version: 1.0
        Content-Type: multipart/alternative; boundary="frontier"

        --frontier
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        {Lines(20, "")}
        --frontier
        Content-Type: text/html; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        <html><body>
        {Lines(60, "<p>")}
        </body></html>
        --frontier--

        """);

    private static string Lines(int count, string before) => string.Join('\n', Enumerable.Repeat(before + Sentence, count));
}
