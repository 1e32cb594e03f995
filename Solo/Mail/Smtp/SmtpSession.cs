using System.Globalization;
using System.Text;

namespace OrleansIM.Mail;

/// <summary>A conversation with a submission server.</summary>
internal sealed class SmtpSession(MailWire wire) : IAsyncDisposable
{
    /// <summary>Bytes of a line that are kept, and lines of a reply; RFC 5321 has 512 and no limit.</summary>
    private const int MaxLine = 1024;
    private const int MaxLines = 128;

    /// <summary>A line of which more has come is none.</summary>
    private const int MaxRead = 64 * 1024;

    private static readonly TimeSpan s_goodbye = TimeSpan.FromSeconds(1);

    private Dictionary<string, string> _extensions = new(StringComparer.OrdinalIgnoreCase);

    public string Host => wire.Host;

    /// <summary>Whether the server has an extension (RFC 5321, 2.2).</summary>
    public bool Has(string extension) => _extensions.ContainsKey(extension);

    /// <summary>What is said after the name of an extension; empty if nothing is.</summary>
    public string Parameters(string extension) => _extensions.GetValueOrDefault(extension, "");

    /// <summary>Introduces us. The name is that of no host: whoever signs in needs none, and ours is nobody's business.</summary>
    public async Task HelloAsync(CancellationToken cancellation)
    {
        var reply = await AskAsync("EHLO [127.0.0.1]", cancellation);
        if (!reply.IsGood)
        {
            throw MailFaults.Refused(Host, "talk to us", reply.Full);
        }

        _extensions = new(StringComparer.OrdinalIgnoreCase);
        foreach (var line in reply.Lines.Skip(1))
        {
            // "AUTH=PLAIN" is how it was written before there was a standard.
            var words = line.Split([' ', '='], 2);
            _extensions[words[0]] = _extensions.GetValueOrDefault(words[0]) + " " + words.ElementAtOrDefault(1);
        }
    }

    /// <summary>Says a line and reads the reply.</summary>
    public async Task<SmtpReply> AskAsync(string line, CancellationToken cancellation)
    {
        await WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellation);
        return await ReadAsync(cancellation);
    }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellation) => wire.WriteAsync(bytes, cancellation);

    public Task ProtectAsync(MailTls tls, CancellationToken cancellation) => wire.ProtectAsync(tls, cancellation);

    /// <summary>Reads a reply.</summary>
    /// <exception cref="MailException">The connection broke, the server closes it (421), or it was no reply.</exception>
    public async Task<SmtpReply> ReadAsync(CancellationToken cancellation)
        => await ReadAnyAsync(cancellation) is var reply && reply.Code != 421 ? reply : throw MailFaults.Closed(Host, reply.Text);

    /// <summary>Reads a reply of one or more lines, even if it is the server's last (421).</summary>
    public async Task<SmtpReply> ReadAnyAsync(CancellationToken cancellation)
    {
        var lines = new List<string>(1);
        while (true)
        {
            var line = await ReadLineAsync(cancellation);
            if (line.Length < 3 || !int.TryParse(line.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                || code < 200 || code > 599 || line.Length > 3 && line[3] is not (' ' or '-'))
            {
                throw MailFaults.Garbage(Host, "it does not answer as a submission server does");
            }

            lines.Add(line.Length > 4 ? line[4..] : "");
            if (line.Length > 3 && line[3] == '-')
            {
                _ = lines.Count < MaxLines ? true : throw MailFaults.Garbage(Host, "one of its answers has no end");
                continue;
            }

            return new SmtpReply(code, lines);
        }
    }

    /// <summary>Says goodbye. It changes nothing any more, so it may fail.</summary>
    public async Task LeaveAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(s_goodbye, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await AskAsync("QUIT", both.Token);
        }
        catch (Exception failure) when (failure is MailException or OperationCanceledException)
        {
        }
    }

    public ValueTask DisposeAsync() => wire.DisposeAsync();

    private async Task<string> ReadLineAsync(CancellationToken cancellation)
    {
        var line = new List<byte>(128);
        var read = 0;
        while (true)
        {
            if (wire.Buffered.IsEmpty)
            {
                await wire.FillAsync(cancellation);
            }

            if (TakeLine(line, ref read))
            {
                return Charsets.Decode(line.ToArray(), null).TrimEnd('\r');
            }
        }
    }

    private bool TakeLine(List<byte> line, ref int read)
    {
        var end = wire.Buffered.IndexOf((byte)'\n');
        var piece = end < 0 ? wire.Buffered : wire.Buffered[..end];
        line.AddRange(piece[..Math.Min(piece.Length, MaxLine - line.Count)]);
        read += piece.Length;
        wire.Advance(end < 0 ? piece.Length : end + 1);
        return read <= MaxRead ? end >= 0 : throw MailFaults.Garbage(Host, "one of its lines does not end");
    }
}
