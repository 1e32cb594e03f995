using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>
/// Pairs on the relay. The recipient answers every message with a receipt, which confirms it; where the relay stores, the
/// relay does.
/// </summary>
internal sealed class RelayPairs : IPairs, IDisposable
{
    private readonly Sender[] _senders;
    private readonly Recipient[] _recipients;

    private RelayPairs(RelayServer server, int? database, int count)
    {
        (ServerId, DatabaseId) = (server.ProcessId, database);
        Ledger = new PairLedger(count);
        _senders = [.. Enumerable.Range(0, count).Select(pair => new Sender(this, pair))];
        _recipients = [.. Enumerable.Range(0, count).Select(pair => new Recipient(Ledger, pair, answers: database is null))];
    }

    public PairLedger Ledger { get; }

    public bool IsRefilling { get; set; }

    public int ServerId { get; }

    public int? DatabaseId { get; }

    /// <summary>Connects them.</summary>
    /// <param name="server">To what.</param>
    /// <param name="database">The process of its database, if it stores.</param>
    /// <param name="count">How many pairs.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public static async Task<RelayPairs> CreateAsync(RelayServer server, int? database, int count, CancellationToken cancellation)
    {
        var pairs = new RelayPairs(server, database, count);
        await Parallel.ForAsync(0, count, cancellation, async (pair, stop) =>
        {
            await pairs._senders[pair].SignInAsync(server.Address, Name("from", pair), 1, 1, stop);
            await pairs._recipients[pair].SignInAsync(server.Address, Name("to", pair), 1, 1, stop);
        });
        return pairs;
    }

    public void Send(int pair) => _senders[pair].SendNext();

    public void Dispose()
    {
        foreach (var connection in _senders.Concat<ByteConnection>(_recipients))
        {
            connection.Dispose();
        }
    }

    private static string Name(string side, int pair) => side + pair.ToString(CultureInfo.InvariantCulture);

    private sealed class Sender(RelayPairs pairs, int pair) : RelayConnection
    {
        private readonly FrameText _text = new(Encoding.ASCII.GetBytes($"{Name("to", pair)}\n"), Encoding.ASCII.GetBytes(MessageText.Padding));
        private readonly Lock _sending = new();

        public void SendNext()
        {
            // The first messages come from outside while answers to them come in already.
            using var turn = _sending.EnterScope();
            Span<byte> frame = stackalloc byte[FrameText.MaxLength];
            Queue(frame[.._text.Write(pairs.Ledger.NextNumber(pair), frame)]);
            Flush();
        }

        protected override void OnRelayed(ReadOnlySpan<byte> payload)
        {
            pairs.Ledger.OnConfirmed(pair, Scan.NumberAfter(payload, "R "u8));
            if (pairs.IsRefilling)
            {
                SendNext();
            }
        }
    }

    private sealed class Recipient(PairLedger ledger, int pair, bool answers) : RelayConnection
    {
        private readonly FrameText _text = new(Encoding.ASCII.GetBytes($"{Name("from", pair)}\nR "), []);

        protected override void OnRelayed(ReadOnlySpan<byte> payload)
        {
            var number = Scan.NumberAfter(payload, []);
            ledger.OnDelivered(pair, number);
            if (!answers)
            {
                return;
            }

            Span<byte> frame = stackalloc byte[FrameText.MaxLength];
            Queue(frame[.._text.Write(number, frame)]);
            Flush();
        }

        protected override void OnLost(Exception reason)
        {
            base.OnLost(reason);
            ledger.Blame($"A recipient lost its connection: {reason.Message}");
        }
    }
}
