using System.Collections.Concurrent;
using System.Diagnostics;
using OrleansIM.EndToEnd.Tests.Mail;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Operations;

/// <summary>Mission P8: a request can be followed from the gateway through grains to the store and the mail server.</summary>
public sealed class TraceTests
{
    private const string Body = "a text that is in no span";

    [Fact]
    public async Task Request_ThatIsTraced_IsOneTraceFromTheGatewayToStoreAndMail()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("OrleansIM.", StringComparison.Ordinal) || source.Name.StartsWith("Microsoft.Orleans.", StringComparison.Ordinal),
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await using var collector = await Collector.StartAsync();
        await using (var server = await TestServer.StartAsync(
            $"--Telemetry:OtlpEndpoint={collector.Address}", "--Telemetry:OtlpProtocol=http/protobuf", "--Telemetry:TraceShare=1", "--Mail:AllowPrivateHosts=true"))
        {
            await using var story = await FaultStory.BeginAsync(server, ServerFault.None);
            await story.Ann.MessageAsync(story.Bob.Account, Body);
            await story.SendAsync("cid", "x@example.test");

            await HasTraceAsync(spans, "send", "IAccountGrain/SendAsync", "timeline.append");
            await HasTraceAsync(spans, "mail.send", "IMailboxBridgeGrain/SendAsync", "mail.send");
        }

        // What was still to be sent is sent when the server ends.
        Assert.True(collector.Has("/v1/traces", "timeline.append"));
        Assert.True(collector.Has("/v1/traces", "timeline.batch"));
        Assert.True(collector.Has("/v1/metrics", "orleansim.gateway.sessions"));
        Assert.False(collector.HasAnywhere(Body));
    }

    /// <summary>Waits for a trace whose root is the op of the gateway, and which has spans that end with these names.</summary>
    private static async Task HasTraceAsync(ConcurrentQueue<Activity> spans, string op, params string[] names)
    {
        try
        {
            await Eventually.TrueAsync(() => HasTrace(spans, op, names), "the trace", RawClient.Patience);
        }
        catch (TimeoutException)
        {
            var found = spans.GroupBy(span => span.TraceId).Select(trace => string.Join(" < ", trace.Select(span => $"{span.Source.Name}:{span.OperationName}"))).Distinct();
            Assert.Fail($"No trace of {op} with {string.Join(", ", names)}, only\n{string.Join("\n", found)}");
        }
    }

    private static bool HasTrace(ConcurrentQueue<Activity> spans, string op, string[] names) =>
        spans.GroupBy(span => span.TraceId).Any(trace =>
            trace.Any(span => span.Source.Name == "OrleansIM.Gateway" && span.OperationName == op && span.ParentId is null)
            && names.All(name => trace.Any(span => span.Source.Name != "OrleansIM.Gateway" && span.OperationName.EndsWith(name, StringComparison.Ordinal))));
}
