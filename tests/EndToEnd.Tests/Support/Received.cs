using System.Diagnostics;

namespace OrleansIM.EndToEnd.Tests.Support;

/// <summary>A frame that came, and when (a timestamp of <see cref="Stopwatch"/>).</summary>
public sealed record Received(JsonElement Json, long At)
{
    /// <summary>The name of the event; empty for an answer.</summary>
    public string Name { get; } = Json.TryGetProperty("ev", out var ev) ? ev.GetString()! : "";

    public string? Account { get; } = Json.TryGetProperty("account", out var account) ? account.GetString() : null;

    public long? Seq { get; } = Json.TryGetProperty("seq", out var seq) ? seq.GetInt64() : null;

    public JsonElement Data => Json.GetProperty("data");

    public bool Is(string name, string? account = null) => Name == name && (account is null || Account == account);

    public override string ToString()
    {
        var text = Json.GetRawText();
        return text.Length <= 300 ? text : text[..300] + "…";
    }
}
