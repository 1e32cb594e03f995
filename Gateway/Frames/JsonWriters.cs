using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansIM.Gateway.Frames;

/// <summary>One JSON writer per thread, and how the protocol writes what JSON has no form for.</summary>
internal static class JsonWriters
{
    [ThreadStatic]
    private static Utf8JsonWriter? _writer;

    /// <summary>The thread's writer. Flush it before anything else on this thread borrows it.</summary>
    public static Utf8JsonWriter Borrow(IBufferWriter<byte> output)
    {
        if (_writer is { } writer)
        {
            writer.Reset(output);
            return writer;
        }

        // Frames are never put into HTML, so text travels as it is and not as \u escapes.
        return _writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    /// <summary>A list of objects.</summary>
    public static void WriteList<T>(this Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Nothing if the text is null.</summary>
    public static void WriteOptional(this Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
