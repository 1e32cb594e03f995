using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// A connection to an IMAP server, protected as it has to be, with <see cref="ShortLiterals"/> and
/// <see cref="ShallowReads"/> on top. MailKit would put its
/// TLS over that, and finds a connection that needs no protection any more.
/// </summary>
internal static class ImapWire
{
    private const int LongestLine = 8 * 1024;

    /// <summary>What MailKit gets in place of the greeting that came before STARTTLS; it asks for the capabilities then.</summary>
    private static readonly byte[] s_greeting = Encoding.ASCII.GetBytes("* OK ready\r\n");

    /// <summary>Protects a connection. If that fails it is closed.</summary>
    public static async Task<Stream> OpenAsync(Stream connection, MailServer server, MailTls tls, CancellationToken cancellation)
    {
        switch (server.Security)
        {
            case MailSecurity.Tls:
                return new ShallowReads(new ShortLiterals(await tls.ProtectAsync(connection, server.Host, cancellation), []));
            case MailSecurity.StartTls:
                await StartTlsAsync(connection, server.Host, cancellation);
                return new ShallowReads(new ShortLiterals(await tls.ProtectAsync(connection, server.Host, cancellation), s_greeting));
            default:
                return new ShallowReads(new ShortLiterals(connection, []));
        }
    }

    /// <summary>
    /// RFC 3501, 6.2.1. What the server said before the protection counts for nothing, and byte by byte nothing is read
    /// beyond the line that grants it.
    /// </summary>
    private static async Task StartTlsAsync(Stream connection, string host, CancellationToken cancellation)
    {
        var greeting = await ReadLineAsync(connection, host, cancellation);
        if (greeting.StartsWith("* BYE", StringComparison.OrdinalIgnoreCase))
        {
            throw MailKitFaults.Closed(host, greeting[5..].Trim());
        }

        if (!greeting.StartsWith("* OK", StringComparison.OrdinalIgnoreCase))
        {
            // PREAUTH too: who is signed in already may not ask for protection.
            throw greeting.StartsWith("* PREAUTH", StringComparison.OrdinalIgnoreCase)
                ? MailKitFaults.NoStartTls(host)
                : MailKitFaults.Garbage(host, new InvalidDataException("No greeting of IMAP."));
        }

        await connection.WriteAsync("S STARTTLS\r\n"u8.ToArray(), cancellation);
        await connection.FlushAsync(cancellation);
        string answer;
        do
        {
            answer = await ReadLineAsync(connection, host, cancellation);
        }
        while (answer.StartsWith("* ", StringComparison.Ordinal));

        if (!answer.StartsWith("S OK", StringComparison.OrdinalIgnoreCase))
        {
            throw MailKitFaults.NoStartTls(host);
        }
    }

    private static async Task<string> ReadLineAsync(Stream connection, string host, CancellationToken cancellation)
    {
        var line = new StringBuilder();
        var one = new byte[1];
        while (line.Length < LongestLine)
        {
            if (await connection.ReadAsync(one, cancellation) == 0)
            {
                throw MailKitFaults.Closed(host, "");
            }

            if (one[0] == '\n')
            {
                return line.ToString().TrimEnd('\r');
            }

            line.Append((char)one[0]);
        }

        throw MailKitFaults.Garbage(host, new InvalidDataException("A line that does not end."));
    }
}
