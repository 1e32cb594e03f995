using System.Text.Encodings.Web;
using System.Text.Json;
using Orleans.Storage;

namespace OrleansIM.Silo.Storage;

/// <summary>
/// Grain state as JSON, the same in every database and on either engine. A member that is new must not be
/// <c>required</c>: rows written before it do not have it. Members a program does not know are dropped.
/// </summary>
internal sealed class JsonGrainStorageSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // Nothing here ends up in HTML, and people write in all scripts.
    };

    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Options));

    public T? Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input.ToMemory().Span, Options);
}
