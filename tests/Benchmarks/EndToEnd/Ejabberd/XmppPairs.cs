using System.Globalization;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Ejabberd;

/// <summary>Pairs on ejabberd. The recipient answers every message with a receipt (XEP-0184), which confirms it.</summary>
internal sealed class XmppPairs : IPairs, IDisposable
{
    private readonly Sender[] _senders;
    private readonly Recipient[] _recipients;

    private XmppPairs(EjabberdServer server, int? databaseId, int count)
    {
        (ServerId, DatabaseId) = (server.ProcessId, databaseId);
        Ledger = new PairLedger(count);
        _senders = [.. Enumerable.Range(0, count).Select(pair => new Sender(this, pair))];
        _recipients = [.. Enumerable.Range(0, count).Select(pair => new Recipient(Ledger, pair))];
    }

    public PairLedger Ledger { get; }

    public bool IsRefilling { get; set; }

    public int ServerId { get; }

    public int? DatabaseId { get; }

    /// <summary>The users that the pairs need.</summary>
    public static EjabberdSetup Setup(int count, string? archive) => new(
        [.. Enumerable.Range(0, count).SelectMany(pair => (string[])[Name("from", pair), Name("to", pair)])],
        [.. Enumerable.Range(0, count).Select(pair => (Name("from", pair), Name("to", pair)))],
        Archive: archive);

    public static async Task<XmppPairs> CreateAsync(EjabberdServer server, int? databaseId, int count, CancellationToken cancellation)
    {
        var pairs = new XmppPairs(server, databaseId, count);
        await Parallel.ForAsync(0, count, cancellation, async (pair, stop) =>
        {
            await pairs._senders[pair].SignInAsync(server.Address, 0, stop);
            await pairs._recipients[pair].SignInAsync(server.Address, 1, stop);
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

    private sealed class Sender(XmppPairs pairs, int pair) : XmppConnection(Name("from", pair), EjabberdServer.Domain, EjabberdServer.Password)
    {
        private readonly Lock _sending = new();
        private readonly FrameText _text = new(
            Encoding.ASCII.GetBytes($"<message to='{Name("to", pair)}@{EjabberdServer.Domain}' type='chat' id='"),
            Encoding.ASCII.GetBytes("'><body>"),
            Encoding.ASCII.GetBytes($"{MessageText.Padding}</body><request xmlns='urn:xmpp:receipts'/></message>"));

        public void SendNext()
        {
            // The first messages come from outside while answers to them come in already.
            using var turn = _sending.EnterScope();
            Span<byte> frame = stackalloc byte[FrameText.MaxLength];
            Queue(frame[.._text.Write(pairs.Ledger.NextNumber(pair), frame)]);
            Flush();
        }

        protected override void OnMessage(ReadOnlySpan<byte> stanza)
        {
            pairs.Ledger.OnConfirmed(pair, Scan.NumberAfter(stanza, "id='R"u8));
            if (pairs.IsRefilling)
            {
                SendNext();
            }
        }
    }

    private sealed class Recipient(PairLedger ledger, int pair) : XmppConnection(Name("to", pair), EjabberdServer.Domain, EjabberdServer.Password)
    {
        private readonly FrameText _text = new(
            Encoding.ASCII.GetBytes($"<message to='{Name("from", pair)}@{EjabberdServer.Domain}' type='chat' id='R"),
            Encoding.ASCII.GetBytes("'><received xmlns='urn:xmpp:receipts' id='"),
            Encoding.ASCII.GetBytes("'/></message>"));

        protected override void OnMessage(ReadOnlySpan<byte> stanza)
        {
            var number = Scan.NumberAfter(stanza, "<body>"u8);
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
