using System.Collections.Concurrent;
using System.Text.Json;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>A gateway that writes down what it is told, in order.</summary>
internal sealed class RecordingGateway : IGatewayObserver
{
    public ConcurrentQueue<object> Pushes { get; } = new();

    public void OnEntries(PushedEntries push) => Pushes.Enqueue(push);

    public void OnSignal(PushedSignal push) => Pushes.Enqueue(push);

    public void OnSessionsEnded(PushedEnd push) => Pushes.Enqueue(push);

    public TimelineEntry[] EntriesOf(string account, string session) =>
    [
        .. Pushes.OfType<PushedEntries>().Where(push => push.Account == account && push.Sessions.Contains(session)).SelectMany(push => push.Entries),
    ];

    public SessionEnd? EndOf(string account, string session) =>
        Pushes.OfType<PushedEnd>().LastOrDefault(push => push.Account == account && push.Sessions.Contains(session))?.Reason;
}

internal static class EntryJson
{
    public static JsonElement Json(this TimelineEntry entry) => JsonDocument.Parse(entry.Data).RootElement.Clone();

    public static string Body(this TimelineEntry entry) => entry.Json().GetProperty("body").GetString()!;
}
