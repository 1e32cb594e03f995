namespace OrleansIM.Hosting.Telemetry;

/// <summary>Section <c>Telemetry</c>: metrics and traces, and where they go. Read once, at start.</summary>
public sealed class TelemetryOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Telemetry";

    /// <summary><see cref="MetricsUrl"/> for no <c>/metrics</c> at all.</summary>
    public const string Off = "off";

    /// <summary>
    /// An address of its own for <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>, such as <c>http://0.0.0.0:9464</c>: whoever
    /// reaches it may read them. Empty: <c>/metrics</c> is on the gateway's address, for callers on this machine alone.
    /// <c>off</c>: nowhere. Default: empty.
    /// </summary>
    public string MetricsUrl { get; set; } = "";

    /// <summary>
    /// Where metrics and traces are sent by OTLP, such as <c>http://collector:4317</c>. Empty: nowhere, and no traces are made.
    /// The variables <c>OTEL_EXPORTER_OTLP_…</c> of OpenTelemetry (headers, certificates, timeouts) are obeyed. Default: empty.
    /// </summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary><c>grpc</c> or <c>http/protobuf</c>. Default: <c>grpc</c>.</summary>
    public string OtlpProtocol { get; set; } = TelemetryOptionsValidator.Grpc;

    /// <summary>The share of requests that are traced, 0 to 1, unless a caller has decided. Default: 0.01.</summary>
    public double TraceShare { get; set; } = 0.01;

    /// <summary>Whether <c>/metrics</c> has an address of its own.</summary>
    internal bool HasMetricsServer => MetricsUrl.Length > 0 && MetricsUrl != Off;
}
