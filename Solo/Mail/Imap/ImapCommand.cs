using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>
/// A command to be said. What comes from outside goes in by <see cref="String"/>: quoted where that is safe, else as a literal,
/// so that nothing in it can be taken for a command. <see cref="Raw"/> is for our own words only.
/// </summary>
internal sealed class ImapCommand
{
    /// <summary>Longer strings go as literals: some servers have short lines.</summary>
    private const int MaxQuoted = 512;

    private readonly ArrayBufferWriter<byte> _bytes = new(128);
    private readonly List<int> _pauses = [];
    private readonly bool _noPauses;
    private readonly int _longestWithoutPause;

    /// <param name="tag">Its tag.</param>
    /// <param name="words">What it begins with.</param>
    /// <param name="capabilities">Whether literals need a go-ahead (RFC 7888).</param>
    public ImapCommand(string tag, string words, ImapCapabilities capabilities)
    {
        Tag = tag;
        _noPauses = capabilities.Has("LITERAL+");
        _longestWithoutPause = capabilities.Has("LITERAL-") || capabilities.Has("IMAP4REV2") ? 4096 : -1;
        Raw(tag).Raw(" ").Raw(words);
    }

    public string Tag { get; }

    /// <summary>The bytes, CRLF at the end included after <see cref="End"/>.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.WrittenMemory;

    /// <summary>Where to wait for the server's go-ahead.</summary>
    public IReadOnlyList<int> Pauses => _pauses;

    public ImapCommand Raw(string text)
    {
        Encoding.ASCII.GetBytes(text, _bytes);
        return this;
    }

    public ImapCommand String(string text)
    {
        if (text.Length <= MaxQuoted && text.All(static c => c is >= ' ' and < '\x7f'))
        {
            return Raw("\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"");
        }

        return Literal(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>The name of a folder as the server said it, byte by byte.</summary>
    public ImapCommand Folder(string name)
        => name.All(char.IsAscii) ? String(name) : Literal(Encoding.Latin1.GetBytes(name));

    /// <exception cref="MailException"><see cref="MailFault.Refused"/>: there is a NUL, which no literal can hold.</exception>
    public ImapCommand Literal(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Contains((byte)0))
        {
            throw new MailException(MailFault.Refused, "There is a NUL character in it, which a mail server cannot be told.");
        }

        var atOnce = _noPauses || bytes.Length <= _longestWithoutPause;
        Raw(string.Create(CultureInfo.InvariantCulture, $"{{{bytes.Length}{(atOnce ? "+" : "")}}}\r\n"));
        if (!atOnce)
        {
            _pauses.Add(_bytes.WrittenCount);
        }

        _bytes.Write(bytes);
        return this;
    }

    public ImapCommand End() => Raw("\r\n");
}
