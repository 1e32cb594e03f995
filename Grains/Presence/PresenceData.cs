using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Presence;

/// <summary>The <c>data</c> of the event <c>presence</c>, and the names of statuses on the wire.</summary>
internal static class PresenceData
{
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static byte[] Changed(string contact, PresenceStatus status, string? note, DateTimeOffset? lastSeen)
    {
        var buffer = new ArrayBufferWriter<byte>(96);
        using (var json = new Utf8JsonWriter(buffer, s_writing))
        {
            json.WriteStartObject();
            json.WriteString("contact"u8, contact);
            json.WriteString("status"u8, Name(status));
            if (note is not null)
            {
                json.WriteString("note"u8, note);
            }

            if (lastSeen is { } at)
            {
                json.WriteTime("lastSeen"u8, at);
            }

            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string Name(PresenceStatus status) => status switch
    {
        PresenceStatus.Offline => "offline",
        PresenceStatus.Online => "online",
        PresenceStatus.Away => "away",
        PresenceStatus.Busy => "busy",
        PresenceStatus.Invisible => "invisible",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A status without a name on the wire."),
    };
}
