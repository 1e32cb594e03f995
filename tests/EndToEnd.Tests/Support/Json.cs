using System.Text.Encodings.Web;
using System.Text.Json.Serialization;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>How requests are written, and short ways to look into what came.</summary>
public static class Json
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static string Text(this JsonElement json, string name) => json.GetProperty(name).GetString()!;

    public static long Number(this JsonElement json, string name) => json.GetProperty(name).GetInt64();

    public static bool Has(this JsonElement json, string name) => json.TryGetProperty(name, out _);

    public static JsonElement[] List(this JsonElement json, string name) => [.. json.GetProperty(name).EnumerateArray()];

    /// <summary>The texts of a field of the objects in a list.</summary>
    public static string[] Each(this JsonElement json, string name, string field) => [.. json.List(name).Select(one => one.Text(field))];
}
