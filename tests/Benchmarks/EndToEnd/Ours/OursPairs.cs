using System.Globalization;
using System.Text;
using OrleansIM.Benchmarks.EndToEnd.Measuring;
using OrleansIM.Benchmarks.EndToEnd.Wire;

namespace OrleansIM.Benchmarks.EndToEnd.Ours;

/// <summary>Pairs of friends on our server. A message is confirmed by its durable <c>ok</c>.</summary>
internal sealed class OursPairs : IPairs, IDisposable
{
    private readonly Sender[] _senders;
    private readonly Recipient[] _recipients;

    private OursPairs(OursServer server, int? databaseId, int count)
    {
        (ServerId, Servers, DatabaseId) = (server.ProcessId, server.Processes, databaseId);
        Ledger = new PairLedger(count);
        _senders = [.. Enumerable.Range(0, count).Select(pair => new Sender(this, pair))];
        _recipients = [.. Enumerable.Range(0, count).Select(pair => new Recipient(Ledger, pair))];
    }

    public PairLedger Ledger { get; }

    public bool IsRefilling { get; set; }

    public int ServerId { get; }

    public IReadOnlyList<int> Servers { get; }

    public int? DatabaseId { get; }

    /// <summary>Registers, signs in and befriends the pairs.</summary>
    public static async Task<OursPairs> CreateAsync(OursServer server, int? databaseId, int count, CancellationToken cancellation)
    {
        var setup = new OursSetup(server, cancellation);
        string[] names = [.. Enumerable.Range(0, count).SelectMany(pair => (string[])[From(pair), To(pair)])];
        await setup.RegisterAsync(names);
        var tokens = await setup.TokensAsync(names);
        var pairs = new OursPairs(server, databaseId, count);
        await Parallel.ForAsync(0, count, cancellation, async (pair, stop) =>
        {
            await pairs._senders[pair].SignInAsync(server.NextAddress(), tokens[pair * 2], null, stop);
            await pairs._recipients[pair].SignInAsync(server.NextAddress(), tokens[(pair * 2) + 1], null, stop);
        });
        await setup.BefriendAsync(Enumerable.Range(0, count).Select(
            pair => new Friendship(pairs._senders[pair], From(pair), pairs._recipients[pair], To(pair))));
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

    private static string From(int pair) => $"from{pair.ToString(CultureInfo.InvariantCulture)}";

    private static string To(int pair) => $"to{pair.ToString(CultureInfo.InvariantCulture)}";

    private sealed class Sender(OursPairs pairs, int pair) : OursConnection
    {
        private readonly Lock _sending = new();
        private readonly FrameText _text = new(
            Encoding.ASCII.GetBytes("{\"id\":-"),
            Encoding.ASCII.GetBytes($",\"op\":\"send\",\"as\":\"{From(pair)}\",\"to\":\"{To(pair)}\",\"cid\":\"c"),
            Encoding.ASCII.GetBytes("\",\"body\":\""),
            Encoding.ASCII.GetBytes(MessageText.Padding + "\"}"));

        public void SendNext()
        {
            // The first messages come from outside while answers to them come in already.
            using var turn = _sending.EnterScope();
            Span<byte> frame = stackalloc byte[FrameText.MaxLength];
            Queue(frame[.._text.Write(pairs.Ledger.NextNumber(pair), frame)]);
            Flush();
        }

        protected override void OnAnswer(int id, ReadOnlySpan<byte> frame)
        {
            // Messages have negative ids, the setup's requests positive ones.
            if (id > 0)
            {
                base.OnAnswer(id, frame);
                return;
            }

            if (frame.IndexOf("\"ok\":"u8) < 0)
            {
                pairs.Ledger.Blame($"A message was refused: {Encoding.UTF8.GetString(frame)}");
                return;
            }

            pairs.Ledger.OnConfirmed(pair, -id);
            if (pairs.IsRefilling)
            {
                SendNext();
            }
        }
    }

    private sealed class Recipient(PairLedger ledger, int pair) : OursConnection
    {
        protected override void OnEvent(ReadOnlySpan<byte> frame)
        {
            if (frame.StartsWith("{\"ev\":\"message\""u8))
            {
                ledger.OnDelivered(pair, Scan.NumberAfter(frame, "\"body\":\""u8));
            }
        }

        protected override void OnLost(Exception reason)
        {
            base.OnLost(reason);
            ledger.Blame($"A recipient lost its connection: {reason.Message}");
        }
    }
}
