using System.Diagnostics;

namespace OrleansIM.Benchmarks.EndToEnd.Measuring;

/// <summary>
/// The books of messages between pairs: numbered per pair, so that one that is lost, doubled or out of order is seen.
/// What a pair's sender writes and what its recipient writes is apart, so there is no lock.
/// </summary>
internal sealed class PairLedger(int pairs)
{
    private const int Ring = 8192;

    private readonly Pair[] _pairs = [.. Enumerable.Range(0, pairs).Select(_ => new Pair())];
    private string? _fault;

    /// <summary>How many pairs there are.</summary>
    public int Count => pairs;

    /// <summary>While set, latencies are kept.</summary>
    public Recording? Record { get; set; }

    /// <summary>Messages confirmed to their sender, all pairs.</summary>
    public long Confirmed => _pairs.Sum(pair => Volatile.Read(ref pair.Confirmed));

    /// <summary>Messages that reached their recipient, all pairs.</summary>
    public long Delivered => _pairs.Sum(pair => Volatile.Read(ref pair.Delivered));

    /// <summary>Messages sent, all pairs.</summary>
    public long Sent => _pairs.Sum(pair => Volatile.Read(ref pair.Sent));

    /// <summary>The first thing that was wrong.</summary>
    public string? Fault => _fault;

    /// <summary>Notes that the next message of a pair is being sent, and answers its number (from 1).</summary>
    public int NextNumber(int pair)
    {
        var books = _pairs[pair];
        var number = (int)(books.Sent + 1);
        books.SentAt[number % Ring] = Stopwatch.GetTimestamp();
        Volatile.Write(ref books.Sent, number);
        return number;
    }

    /// <summary>The sender knows that the message is safe (ours), or has arrived (receipt).</summary>
    public void OnConfirmed(int pair, int number)
    {
        var books = _pairs[pair];
        if (number <= 0 || number > Volatile.Read(ref books.Sent) || books.ConfirmedNumber[number % Ring] == number)
        {
            Blame($"pair {pair}: message {number} was confirmed, but it was not sent or confirmed before");
            return;
        }

        books.ConfirmedNumber[number % Ring] = number;
        Volatile.Write(ref books.Confirmed, books.Confirmed + 1);
        Record?.Confirmation.AddSince(books.SentAt[number % Ring]);
    }

    /// <summary>The recipient has the message. Must be the next of its pair.</summary>
    public void OnDelivered(int pair, int number)
    {
        var books = _pairs[pair];
        if (number != books.Delivered + 1)
        {
            Blame($"pair {pair}: message {number} arrived after {books.Delivered}");
        }

        Volatile.Write(ref books.Delivered, number);
        Record?.Delivery.AddSince(books.SentAt[number % Ring]);
    }

    /// <summary>Notes a fault; the first is kept.</summary>
    public void Blame(string fault) => Interlocked.CompareExchange(ref _fault, fault, null);

    /// <summary>Waits until everything that was sent has arrived and is confirmed.</summary>
    /// <exception cref="BenchException">It does not, or something was lost, doubled or out of order.</exception>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        var watch = Stopwatch.StartNew();
        while (_fault is null && (Confirmed < Sent || Delivered < Sent))
        {
            if (watch.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new BenchException($"Of {Sent} messages {Confirmed} were confirmed and {Delivered} delivered.");
            }

            await Task.Delay(10, cancellation);
        }

        if (_fault is not null)
        {
            throw new BenchException(_fault);
        }
    }

    private sealed class Pair
    {
        public readonly long[] SentAt = new long[Ring];
        public readonly int[] ConfirmedNumber = new int[Ring];
        public long Sent;
        public long Confirmed;
        public long Delivered;
    }
}

/// <summary>The latencies of one measurement: from the send call to the confirmation, and to the delivery.</summary>
internal sealed record Recording
{
    public Latencies Confirmation { get; } = new();
    public Latencies Delivery { get; } = new();
}
