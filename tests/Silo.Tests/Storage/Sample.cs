namespace OrleansIM.Silo.Tests.Storage;

/// <summary>A state with everything that ours use: init-only and required members, records in records.</summary>
internal sealed record Sample
{
    public string? Text { get; init; }
    public DateTimeOffset At { get; init; }
    public SampleLevel Level { get; init; }
    public string? Nothing { get; init; }
    public IReadOnlyList<SampleItem> Items { get; init; } = [];
    public Dictionary<string, string[]> Names { get; init; } = [];
}

internal sealed record SampleItem(string Name, long Number, byte[]? Bytes)
{
    public string Note { get; init; } = "";
}

internal enum SampleLevel
{
    Low,
    High = 7,
}
