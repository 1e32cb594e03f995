using System.Diagnostics.Metrics;
using System.Globalization;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Connections;

/// <summary>What is measured of streams and their sessions (docs/operations.md, "Metrics").</summary>
internal sealed class StreamMetrics
{
    private readonly Histogram<double> _requests;
    private readonly Histogram<double> _signIns;
    private readonly Counter<long> _closes;
    private readonly Counter<long> _tokens;

    public StreamMetrics(IMeterFactory meters, StreamRegistry streams, SessionRegistry sessions)
    {
        var meter = meters.Create(GatewayMetrics.Meter);
        _requests = meter.CreateHistogram("orleansim.gateway.request.duration", "s", "Time from reading a request until its answer is ready to be sent.", advice: GatewayMetrics.Seconds);
        _signIns = meter.CreateHistogram("orleansim.gateway.hello.duration", "s", "Time from reading hello until its answer is ready to be sent.", advice: GatewayMetrics.Seconds);
        _closes = meter.CreateCounter<long>("orleansim.gateway.closes", "{stream}", "Streams that the gateway has closed, by close code.");
        _tokens = meter.CreateCounter<long>("orleansim.gateway.tokens.refused", "{token}", "Tokens that were refused.");
        meter.CreateObservableUpDownCounter("orleansim.gateway.streams", () => streams.Count, "{stream}", "Open streams.");
        meter.CreateObservableUpDownCounter("orleansim.gateway.sessions", () => sessions.Count, "{session}", "Sessions that are signed in.");
        meter.CreateObservableGauge("orleansim.gateway.draining", () => streams.IsDraining ? 1 : 0, description: "1 while the gateway takes no new streams.");
    }

    /// <param name="op">What was asked for; one that does not exist is counted as <c>unknown</c>.</param>
    /// <param name="outcome"><c>ok</c>, or the code of the refusal.</param>
    public void OnRequest(string op, string outcome, TimeSpan took) => _requests.Record(
        took.TotalSeconds, new KeyValuePair<string, object?>("op", OpTable.TryFind(op, out _) ? op : OpTable.Unknown), new KeyValuePair<string, object?>("outcome", outcome));

    public void OnHello(string outcome, TimeSpan took) => _signIns.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));

    public void OnClosed(int code) => _closes.Add(1, new KeyValuePair<string, object?>("code", code.ToString(CultureInfo.InvariantCulture)));

    /// <param name="by"><c>gateway</c>: made up or expired. <c>account</c>: signed out.</param>
    public void OnTokenRefused(string by) => _tokens.Add(1, new KeyValuePair<string, object?>("by", by));
}
