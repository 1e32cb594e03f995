using System.Diagnostics.Metrics;

namespace OrleansIM.Gateway.Http;

/// <summary>What is measured of signing in, and of who is held back (docs/operations.md, "Metrics").</summary>
internal sealed class SignInMetrics
{
    private readonly Counter<long> _signIns;
    private readonly Counter<long> _limited;

    public SignInMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(GatewayMetrics.Meter);
        _signIns = meter.CreateCounter<long>("orleansim.gateway.signins", "{signin}", "Attempts to sign in.");
        OnControlLimited = () => OnLimited("control");
        _limited = meter.CreateCounter<long>("orleansim.gateway.rate.limited", "{request}", "Requests that were refused because there were too many of them.");
    }

    /// <summary>A connection sends too much that is no request. One for all connections.</summary>
    public Action OnControlLimited { get; }

    /// <param name="with"><c>account</c>, <c>mailbox</c>, <c>jwt</c> or <c>address_book</c>.</param>
    /// <param name="refusal">Null if it was let in.</param>
    public void OnSignIn(string with, Refusal? refusal) => _signIns.Add(
        1, new KeyValuePair<string, object?>("with", with), new KeyValuePair<string, object?>("outcome", refusal?.Code ?? GatewayMetrics.Ok));

    /// <param name="limit">Which limit it was; docs/operations.md has their names.</param>
    public void OnLimited(string limit) => _limited.Add(1, new KeyValuePair<string, object?>("limit", limit));
}
