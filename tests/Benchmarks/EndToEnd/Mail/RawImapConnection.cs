using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Wire;
using OrleansIM.TestSupport;

namespace OrleansIM.Benchmarks.EndToEnd.Mail;

/// <summary>IMAP by hand: what is the least that can be said to the mail server, beside what our server says.</summary>
internal sealed class RawImapConnection : ByteConnection
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private TaskCompletionSource<long>? _answered;
    private int _awaited;
    private int _lastTag;
    private int _literal;
    private bool _isContinued;

    /// <summary>Called with the number of mails when the server tells it, and when that was.</summary>
    public Action<int, long>? Exists { get; set; }

    /// <summary>Connects, signs in and selects INBOX.</summary>
    public static async Task<RawImapConnection> OpenAsync(DovecotServer server, TestMailbox mailbox, CancellationToken cancellation)
    {
        var connection = new RawImapConnection();
        await connection.OpenAsync(new IPEndPoint(IPAddress.Loopback, server.ImapPort), cancellation);
        connection.StartReading();
        await connection.RunAsync($"LOGIN {mailbox.Address} \"{mailbox.Password}\"");
        await connection.RunAsync("SELECT INBOX");
        return connection;
    }

    /// <summary>Says commands in one go and returns when the last one's answer was read: its <see cref="Stopwatch"/> timestamp.</summary>
    /// <exception cref="BenchException">One was refused.</exception>
    public Task<long> RunAsync(params string[] commands)
    {
        var answered = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            foreach (var command in commands)
            {
                Append([], Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"t{++_lastTag} {command}\r\n")));
            }

            (_answered, _awaited) = (answered, _lastTag);
        }

        Flush();
        return answered.Task.WaitAsync(s_patience);
    }

    /// <summary>Begins to wait; <see cref="Exists"/> tells what comes.</summary>
    public Task IdleAsync() => RunAsync("IDLE");

    protected override int Consume(Span<byte> data)
    {
        var used = 0;
        while (true)
        {
            var rest = data[used..];
            if (_literal > 0)
            {
                var some = Math.Min(_literal, rest.Length);
                (used, _literal) = (used + some, _literal - some);
                if (_literal > 0)
                {
                    return used;
                }

                continue;
            }

            var end = rest.IndexOf("\r\n"u8);
            if (end < 0)
            {
                return used;
            }

            used += end + 2;
            OnLine(rest[..end]);
        }
    }

    protected override void OnLost(Exception reason) => _answered?.TrySetException(reason);

    private void OnLine(ReadOnlySpan<byte> line)
    {
        if (!_isContinued)
        {
            OnAnswer(line);
        }

        var brace = line is [.., (byte)'}'] ? line.LastIndexOf((byte)'{') : -1;
        _isContinued = brace >= 0;
        _literal = _isContinued ? Scan.NumberAfter(line[brace..], "{"u8) : 0;
    }

    private void OnAnswer(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("* "u8))
        {
            if (line.EndsWith(" EXISTS"u8))
            {
                Exists?.Invoke(Scan.NumberAfter(line, "* "u8), Stopwatch.GetTimestamp());
            }
        }
        else if (line.StartsWith("+ "u8))
        {
            _answered?.TrySetResult(Stopwatch.GetTimestamp());
        }
        else if (line.StartsWith("t"u8))
        {
            OnDone(line);
        }
    }

    private void OnDone(ReadOnlySpan<byte> line)
    {
        lock (_lock)
        {
            if (line.IndexOf(" OK"u8) < 0)
            {
                _answered?.TrySetException(new BenchException($"The mail server said: {Encoding.UTF8.GetString(line)}"));
            }
            else if (Scan.NumberAfter(line, "t"u8) == _awaited)
            {
                _answered?.TrySetResult(Stopwatch.GetTimestamp());
            }
        }
    }
}
