using MimeKit;

namespace OrleansIM.Mail;

/// <summary>A message that is there in bytes, as MailKit wants it. It is written as it was read.</summary>
internal static class WireMessage
{
    public static MimeMessage Read(byte[] message) => MimeMessage.Load(new MemoryStream(WithCrLf(message)), persistent: true);

    /// <summary>Whether its header is not ASCII (RFC 6532), which takes SMTPUTF8.</summary>
    public static bool HasWideHeader(byte[] message)
    {
        var end = message.AsSpan().IndexOf("\r\n\r\n"u8);
        return message.AsSpan(0, end < 0 ? message.Length : end).ContainsAnyInRange((byte)0x80, (byte)0xff);
    }

    /// <summary>
    /// A lone CR or LF becomes CRLF, and there is one at the end: what some servers take for the end of a line and others do
    /// not is how a second mail is smuggled in.
    /// </summary>
    private static byte[] WithCrLf(byte[] message)
    {
        var lines = new List<byte>(message.Length + 2);
        for (var i = 0; i < message.Length; i++)
        {
            if (message[i] is (byte)'\r' or (byte)'\n')
            {
                i += message[i] == '\r' && i + 1 < message.Length && message[i + 1] == '\n' ? 1 : 0;
                lines.AddRange("\r\n"u8);
            }
            else
            {
                lines.Add(message[i]);
            }
        }

        if (lines is not [.., (byte)'\n'])
        {
            lines.AddRange("\r\n"u8);
        }

        return [.. lines];
    }
}
