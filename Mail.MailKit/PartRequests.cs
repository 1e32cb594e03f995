using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// Between MailKit and an IMAP server: lets many mails be asked at once for the beginning of one of their parts. MailKit
/// asks for that mail by mail, which is a round trip each; what it asks many mails for are whole mails, in one command.
/// In that command the part is put in place of the mail. MailKit reads the answers the same way.
/// </summary>
internal sealed class PartRequests(Stream inner) : WrappingStream(inner)
{
    private const string WholeMail = "(BODY.PEEK[])\r\n";

    private string? _part;

    /// <summary>From here on a command for whole mails asks for this of them, until the result is disposed.</summary>
    /// <param name="section">The part's number, like <c>1.2</c>.</param>
    /// <param name="bytes">How much of it, from its beginning.</param>
    public IDisposable Ask(string section, int bytes)
    {
        _part = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"(BODY.PEEK[{section}]<0.{bytes}>)\r\n");
        return new End(this);
    }

    public override void Write(byte[] buffer, int offset, int count) => Inner.Write(Asked(buffer.AsMemory(offset, count)).Span);

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        => Inner.WriteAsync(Asked(buffer), cancellationToken);

    private ReadOnlyMemory<byte> Asked(ReadOnlyMemory<byte> command)
    {
        if (_part is null)
        {
            return command;
        }

        // Rather nothing than a mail of a gigabyte.
        var text = Encoding.Latin1.GetString(command.Span);
        return text.EndsWith(WholeMail, StringComparison.Ordinal)
            ? Encoding.Latin1.GetBytes(text[..^WholeMail.Length] + _part)
            : throw new InvalidOperationException("This is no command that asks for mails.");
    }

    private sealed class End(PartRequests requests) : IDisposable
    {
        public void Dispose() => requests._part = null;
    }
}
