using System.Diagnostics.Metrics;
using OrleansIM.Client.Tests.Scripted;
using OrleansIM.Protocol;
using OrleansIM.TestSupport;

namespace OrleansIM.Client.Tests;

/// <summary>What the client measures.</summary>
public sealed class MetricsTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connection_ThatBreaksAndComesBack_IsCounted()
    {
        using var measured = new Measured();
        await using (var session = await StartAsync(measured))
        {
            Assert.Equal(1, measured.Sum("orleansim.client.connections"));
            Assert.Equal(1, measured.Sum("orleansim.client.pages", "orleansim.page.kind", "fresh"));

            session.Stream.Abort();
            var stream = await session.Server.WelcomeAsync(ScriptedStream.Page("ann", resumed: true));
            await session.Events.SkipToAsync<Reconnected>();

            Assert.Equal(1, measured.Sum("orleansim.client.connections"));
            Assert.Equal(1, measured.Sum("orleansim.client.reconnects"));
            Assert.Equal(2, measured.Sum("orleansim.client.connection.attempts"));
            Assert.Equal(1, measured.Sum("orleansim.client.pages", "orleansim.page.kind", "resumed"));

            stream.Abort();
            await session.Server.WelcomeAsync(ScriptedStream.Page("ann"));
            await session.Events.SkipToAsync<Reconnected>();
            Assert.Equal(1, measured.Sum("orleansim.client.pages", "orleansim.page.kind", "reloaded"));
        }

        await Eventually.TrueAsync(() => measured.Sum("orleansim.client.connections") == 0, "the connection to be counted as gone", s_patience);
    }

    [Fact]
    public async Task Connection_Refused_IsAnAttemptWithItsCode()
    {
        using var measured = new Measured();
        await using var server = await ScriptedServer.StartAsync();
        await using var client = server.Client(with: options => options with { MeterFactory = measured });
        var signIn = client.SignInAsync("ann", "secret");
        var stream = await server.ConnectionAsync();
        await stream.RefuseAsync(await stream.ReadAsync("hello"), """{"code":"unauthenticated","message":"No."}""");
        await signIn.Refused(ErrorCodes.Unauthenticated, "the refusal");

        Assert.Equal(1, measured.Sum("orleansim.client.connection.attempts", "error.type", "unauthenticated"));
        Assert.Equal(0, measured.Sum("orleansim.client.connections"));
        Assert.Equal(1, measured.Count("orleansim.client.request.duration", "orleansim.op", "v1/login"));
        stream.Abort();
    }

    [Fact]
    public async Task Messages_SentAndReceived_AreCountedAndOwnOnesAreNotReceived()
    {
        using var measured = new Measured();
        await using var session = await StartAsync(measured);
        var send = session.Client.SendAsync("ann", "bob", "hi");
        var request = await session.Stream.ReadAsync("send");
        Assert.Equal(1, measured.Sum("orleansim.client.requests.waiting"));
        Assert.Equal(1, measured.Sum("orleansim.client.outbox.messages"));
        await session.Stream.OkAsync(request, """{"id":"m1","seq":1}""");
        await send.Time("the answer");
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 1, "ann"));
        await session.Stream.SendAsync(ScriptedStream.Message("ann", 2, "bob"));
        await session.Events.SkipToAsync<MessageReceived>();
        await session.Events.SkipToAsync<MessageReceived>();

        Assert.Equal(0, measured.Sum("orleansim.client.outbox.messages"));
        Assert.Equal(1, measured.Sum("orleansim.client.messages.sent"));
        Assert.Equal(1, measured.Sum("orleansim.client.messages.received"));
        Assert.Equal(0, measured.Sum("orleansim.client.requests.waiting"));
        Assert.Equal(1, measured.Count("orleansim.client.request.duration", "orleansim.op", "send"));
    }

    [Fact]
    public async Task Requests_ThatFail_SayWhyAndNameNoAccount()
    {
        using var measured = new Measured();
        await using var session = await StartAsync(measured);
        var send = session.Client.SendAsync("ann", "bob", "hi");
        await session.Stream.RefuseAsync(await session.Stream.ReadAsync("send"), """{"code":"not_friends","message":"No."}""");
        await send.Refused(ErrorCodes.NotFriends, "the refusal");
        using var stop = new CancellationTokenSource();
        var history = session.Client.HistoryAsync("ann", ct: stop.Token);
        await session.Stream.ReadAsync("history");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => history.Time("the cancellation"));

        Assert.Equal(1, measured.Count("orleansim.client.request.duration", "error.type", "not_friends"));
        Assert.Equal(1, measured.Count("orleansim.client.request.duration", "error.type", "cancelled"));
        Assert.Equal(0, measured.Sum("orleansim.client.messages.sent"));
        Assert.Equal(0, measured.Sum("orleansim.client.requests.waiting"));
        Assert.DoesNotContain(measured.Tags, tag => tag.Value is "ann" or "bob");
    }

    [Fact]
    public async Task WithoutAFactory_OneMeterServesAllClients()
    {
        var meters = new HashSet<Meter>();
        using var listener = new MeterListener { InstrumentPublished = (instrument, _) => Add(instrument.Meter) };
        await using var one = new ImClient();
        await using var other = new ImClient();
        listener.Start();

        Assert.Single(meters);

        void Add(Meter meter)
        {
            if (meter.Name == "OrleansIM.Client" && meter.Scope is null)
            {
                meters.Add(meter);
            }
        }
    }

    private static Task<SignedIn> StartAsync(Measured measured) => SignedIn.StartAsync(with: options => options with { MeterFactory = measured });

    /// <summary>A meter of the test's own, and everything measured with it.</summary>
    private sealed class Measured : IMeterFactory
    {
        private readonly object _gate = new();
        private readonly List<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> _values = [];
        private readonly List<Meter> _meters = [];
        private readonly MeterListener _listener = new();

        public Measured()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, this))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
            _listener.Start();
        }

        public IEnumerable<KeyValuePair<string, object?>> Tags => Read(values => values.SelectMany(value => value.Tags).ToArray());

        public Meter Create(MeterOptions options)
        {
            options.Scope = this;
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public double Sum(string name, string? tag = null, string? value = null) => Read(values => Of(values, name, tag, value).Sum(one => one.Value));

        public int Count(string name, string? tag = null, string? value = null) => Read(values => Of(values, name, tag, value).Count());

        public void Dispose()
        {
            _listener.Dispose();
            _meters.ForEach(meter => meter.Dispose());
        }

        private static IEnumerable<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> Of(
            List<(string Name, double Value, KeyValuePair<string, object?>[] Tags)> values, string name, string? tag, string? value) =>
            values.Where(one => one.Name == name && (tag is null || one.Tags.Any(has => has.Key == tag && Equals(has.Value, value))));

        private T Read<T>(Func<List<(string Name, double Value, KeyValuePair<string, object?>[] Tags)>, T> read)
        {
            lock (_gate)
            {
                return read(_values);
            }
        }

        private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (_gate)
            {
                _values.Add((instrument.Name, value, tags.ToArray()));
            }
        }
    }
}
