using System.Globalization;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting;

namespace OrleansIM.Hosting.Telemetry;

/// <summary>Collects every fault of the section.</summary>
internal sealed class TelemetryOptionsValidator : IValidateOptions<TelemetryOptions>
{
    public const string Grpc = "grpc";
    public const string HttpProtobuf = "http/protobuf";

    public ValidateOptionsResult Validate(string? name, TelemetryOptions options) => new OptionFaults(TelemetryOptions.Section)
        .Require(!options.HasMetricsServer || ListenAddressRules.IsSideAddress(options.MetricsUrl), "MetricsUrl", $"'{options.MetricsUrl}'", ListenAddressRules.SideAddress + ", such as http://0.0.0.0:9464; or 'off', or nothing")
        .Require(options.OtlpEndpoint.Length == 0 || IsHttp(options.OtlpEndpoint), "OtlpEndpoint", $"'{options.OtlpEndpoint}'", "the address of an OpenTelemetry collector, such as http://collector:4317, or nothing")
        .Require(options.OtlpProtocol is Grpc or HttpProtobuf, "OtlpProtocol", $"'{options.OtlpProtocol}'", "'grpc' or 'http/protobuf'")
        .Require(options.TraceShare is >= 0 and <= 1, "TraceShare", options.TraceShare.ToString(CultureInfo.InvariantCulture), "a share from 0 to 1")
        .Result();

    private static bool IsHttp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https";
}
