namespace OrleansIM.Mail;

/// <summary>Messages as they travel after DATA (RFC 5321, 4.5.2).</summary>
internal static class SmtpText
{
    /// <summary>What ends a message that is stuffed.</summary>
    public static readonly ReadOnlyMemory<byte> End = ".\r\n"u8.ToArray();

    /// <summary>
    /// The message with a dot before each dot that begins a line, and CRLF at its end. A lone CR or LF becomes CRLF: what some
    /// servers take for the end of a line and others do not is how a second mail is smuggled in.
    /// </summary>
    public static byte[] Stuffed(ReadOnlySpan<byte> message)
    {
        var stuffed = new List<byte>(message.Length + message.Length / 64 + 8);
        var isLineStart = true;
        for (var i = 0; i < message.Length; i++)
        {
            var b = message[i];
            if (b is (byte)'\r' or (byte)'\n')
            {
                i += b == '\r' && i + 1 < message.Length && message[i + 1] == '\n' ? 1 : 0;
                stuffed.AddRange("\r\n"u8);
                isLineStart = true;
                continue;
            }

            if (isLineStart && b == '.')
            {
                stuffed.Add(b);
            }

            stuffed.Add(b);
            isLineStart = false;
        }

        if (!isLineStart)
        {
            stuffed.AddRange("\r\n"u8);
        }

        return [.. stuffed];
    }
}
