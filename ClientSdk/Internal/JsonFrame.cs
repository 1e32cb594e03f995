using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>Writing requests.</summary>
internal static class JsonFrame
{
    // Not for HTML: text of any language goes out as it is, not as six bytes a letter.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One object with what <paramref name="fields"/> writes into it.</summary>
    public static byte[] Write(Action<Utf8JsonWriter>? fields)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Plain))
        {
            writer.WriteStartObject();
            fields?.Invoke(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static byte[] Request(long id, string op, Action<Utf8JsonWriter>? fields) => Write(writer =>
    {
        writer.WriteNumber("id", id);
        writer.WriteString("op", op);
        fields?.Invoke(writer);
    });

    /// <summary>Writes a field unless it is null: "left out" and "unchanged" are the same on the wire.</summary>
    public static void WriteOptional(this Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null)
        {
            writer.WriteString(name, value);
        }
    }

    public static void WriteOptional(this Utf8JsonWriter writer, string name, long? value)
    {
        if (value is not null)
        {
            writer.WriteNumber(name, value.Value);
        }
    }
}
