using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace OrleansIM.Client.Internal;

/// <summary>What can be measured of the clients of this process (docs/sdk.md lists it). No account is ever named.</summary>
internal sealed class ClientMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "OrleansIM.Client";

    private static readonly ClientMetrics s_shared = new(new Meter(MeterName));
    private static readonly ConditionalWeakTable<IMeterFactory, ClientMetrics> s_made = new();

    private readonly UpDownCounter<int> _connections;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _reconnects;
    private readonly Counter<long> _pages;
    private readonly Counter<long> _sent;
    private readonly Counter<long> _received;
    private readonly UpDownCounter<int> _waiting;
    private readonly UpDownCounter<int> _outbox;
    private readonly Histogram<double> _duration;

    private ClientMetrics(Meter meter)
    {
        _connections = meter.CreateUpDownCounter<int>("orleansim.client.connections", "{connection}", "Streams that are open and ready.");
        _attempts = meter.CreateCounter<long>("orleansim.client.connection.attempts", "{attempt}", "Attempts to open a stream, with how each ended.");
        _reconnects = meter.CreateCounter<long>("orleansim.client.reconnects", "{connection}", "Streams that came back after one that broke.");
        _pages = meter.CreateCounter<long>("orleansim.client.pages", "{page}", "Pages the server sent: fresh, resumed, or reloaded because they could not be resumed.");
        _sent = meter.CreateCounter<long>("orleansim.client.messages.sent", "{message}", "Messages the server has stored.");
        _received = meter.CreateCounter<long>("orleansim.client.messages.received", "{message}", "Messages from others.");
        _waiting = meter.CreateUpDownCounter<int>("orleansim.client.requests.waiting", "{request}", "Requests without an answer yet, those that wait for a connection included.");
        _outbox = meter.CreateUpDownCounter<int>("orleansim.client.outbox.messages", "{message}", "Messages in the outbox that are still to be sent.");
        _duration = meter.CreateHistogram<double>("orleansim.client.request.duration", "s", "From the call to the answer, a wait for the connection included.");
    }

    /// <summary>The instruments of a factory; those of the process without one.</summary>
    public static ClientMetrics Of(IMeterFactory? factory) => factory is null
        ? s_shared
        : s_made.GetValue(factory, static factory => new ClientMetrics(factory.Create(new MeterOptions(MeterName))));

    public void AttemptEnded(string? error) => _attempts.Add(1, Error(error));

    public void Connected(bool again)
    {
        AttemptEnded(null);
        _connections.Add(1);
        if (again)
        {
            _reconnects.Add(1);
        }
    }

    public void Disconnected() => _connections.Add(-1);

    public void PageOpened(string kind) => _pages.Add(1, new KeyValuePair<string, object?>("orleansim.page.kind", kind));

    public void MessageReceived() => _received.Add(1);

    /// <param name="change">1 for a message that is to be sent, -1 for one that is not any more.</param>
    public void OutboxChanged(int change) => _outbox.Add(change);

    public void RequestBegan() => _waiting.Add(1);

    /// <param name="op">The op, or the path of an HTTP call.</param>
    /// <param name="duration">From the call to its end.</param>
    /// <param name="error">The code it was refused with, or <c>cancelled</c>; null when it was done.</param>
    public void RequestEnded(string op, TimeSpan duration, string? error)
    {
        _waiting.Add(-1);
        var tags = Error(error);
        tags.Add("orleansim.op", op);
        _duration.Record(duration.TotalSeconds, tags);
        if (error is null && op == "send")
        {
            _sent.Add(1);
        }
    }

    private static TagList Error(string? error) => error is null ? default : new TagList { { "error.type", error } };
}
