using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>Reading what may be missing or of another kind than expected.</summary>
internal static class JsonRead
{
    private const long MostMs = 24 * 60 * 60 * 1000;

    extension(JsonElement element)
    {
        public JsonElement? Find(string name) =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

        public string? Text(string name) =>
            element.Find(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

        public long? Number(string name) =>
            element.Find(name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

        public bool Flag(string name) => element.Find(name) is { ValueKind: JsonValueKind.True };

        public IEnumerable<JsonElement> List(string name) =>
            element.Find(name) is { ValueKind: JsonValueKind.Array } value ? value.EnumerateArray() : [];

        public T As<T>(JsonTypeInfo<T> type) =>
            element.Deserialize(type) ?? throw new JsonException("An object was expected.");
    }

    /// <summary>
    /// Whether reading has failed on what was sent: no JSON, another kind of value than was expected, or a text that is no
    /// Unicode, which the parser lets through and a reader stumbles upon.
    /// </summary>
    public static bool IsUnreadable(Exception failure) => failure is JsonException or InvalidOperationException or FormatException;

    /// <summary>A time that a server gives, in milliseconds: none before now, and a day at most. Timers and dates end somewhere behind that.</summary>
    public static TimeSpan Span(long ms) => TimeSpan.FromMilliseconds(Math.Clamp(ms, 0, MostMs));

    /// <summary>The error in <c>err</c> of an answer or <c>error</c> of an HTTP body.</summary>
    public static ImException Error(JsonElement error, TimeSpan? retryAfter = null) => new(
        error.Text("code") ?? ErrorCodes.Internal,
        error.Text("message") ?? "The server gave no reason.",
        error.Number("retryAfterMs") is { } ms ? Span(ms) : retryAfter);
}
