using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>Reading what may be missing or of another kind than expected.</summary>
internal static class JsonRead
{
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

    /// <summary>The error in <c>err</c> of an answer or <c>error</c> of an HTTP body.</summary>
    public static ImException Error(JsonElement error, TimeSpan? retryAfter = null) => new(
        error.Text("code") ?? ErrorCodes.Internal,
        error.Text("message") ?? "The server gave no reason.",
        error.Number("retryAfterMs") is { } ms ? TimeSpan.FromMilliseconds(ms) : retryAfter);
}
