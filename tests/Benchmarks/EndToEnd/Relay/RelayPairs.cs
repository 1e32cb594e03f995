using System.Globalization;
using System.Net;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Relay;

/// <summary>Pairs on the relay. The recipient answers every message with a receipt, which confirms it.</summary>
internal sealed class RelayPairs : IPairs, IDisposable
{
    private readonly Sender[] _senders;
    private readonly Recipient[] _recipients;

    private RelayPairs(RelayServer server, int count)
    {
        ServerId = server.ProcessId;
        Ledger = new PairLedger(count);
        _senders = [.. Enumerable.Range(0, count).Select(pair => new Sender(this, pair))];
        _recipients = [.. Enumerable.Range(0, count).Select(pair => new Recipient(Ledger, pair))];
    }

    public PairLedger Ledger { get; }

    public bool IsRefilling { get; set; }

    public int ServerId { get; }

    public int? DatabaseId => null;

    public static async Task<RelayPairs> CreateAsync(RelayServer server, int count, CancellationToken cancellation)
    {
        var pairs = new RelayPairs(server, count);
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

    private sealed class Recipient(PairLedger ledger, int pair) : RelayConnection
    {
        private readonly FrameText _text = new(Encoding.ASCII.GetBytes($"{Name("from", pair)}\nR "), []);

        protected override void OnRelayed(ReadOnlySpan<byte> payload)
        {
            var number = Scan.NumberAfter(payload, []);
            ledger.OnDelivered(pair, number);
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
