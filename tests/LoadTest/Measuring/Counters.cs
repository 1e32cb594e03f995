using System.Collections.Concurrent;

namespace OrleansIM.LoadTest.Measuring;

/// <summary>What happened how often.</summary>
internal sealed class Counters
{
    private readonly ConcurrentDictionary<string, int> _errors = new(StringComparer.Ordinal);

    private long _arrivals, _sent, _acknowledged, _delivered, _signIns, _reconnects, _presences, _mailsTaken, _mails, _skipped;

    public long Arrivals => Volatile.Read(ref _arrivals);

    public long Sent => Volatile.Read(ref _sent);

    public long Acknowledged => Volatile.Read(ref _acknowledged);

    public long Delivered => Volatile.Read(ref _delivered);

    public long SignIns => Volatile.Read(ref _signIns);

    public long Reconnects => Volatile.Read(ref _reconnects);

    public long Presences => Volatile.Read(ref _presences);

    /// <summary>Mails that the mail server has taken.</summary>
    public long MailsTaken => Volatile.Read(ref _mailsTaken);

    /// <summary>Mails that a session has been shown.</summary>
    public long Mails => Volatile.Read(ref _mails);

    /// <summary>Arrivals that found nobody who could act.</summary>
    public long Skipped => Volatile.Read(ref _skipped);

    public long Errors => _errors.Values.Sum(count => (long)count);

    /// <summary>Errors by code.</summary>
    public IReadOnlyDictionary<string, int> ErrorsByCode => new SortedDictionary<string, int>(_errors, StringComparer.Ordinal);

    public void Arrive() => Interlocked.Increment(ref _arrivals);

    public void Send() => Interlocked.Increment(ref _sent);

    public void Acknowledge() => Interlocked.Increment(ref _acknowledged);

    public void Deliver() => Interlocked.Increment(ref _delivered);

    public void SignIn() => Interlocked.Increment(ref _signIns);

    public void Reconnect() => Interlocked.Increment(ref _reconnects);

    public void Presence() => Interlocked.Increment(ref _presences);

    public void TakeMail() => Interlocked.Increment(ref _mailsTaken);

    public void Mail() => Interlocked.Increment(ref _mails);

    public void Skip() => Interlocked.Increment(ref _skipped);

    public void Error(string code) => _errors.AddOrUpdate(code, 1, static (_, count) => count + 1);
}
