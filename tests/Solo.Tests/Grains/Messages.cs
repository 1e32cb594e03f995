namespace OrleansIM.Solo.Tests.Grains;

[GenerateSerializer, Immutable, Alias("test.Order")]
public sealed record Order
{
    [Id(0)] public required string Name { get; init; }
    [Id(1)] public required int Count { get; init; }
    [Id(2)] public byte[] Data { get; init; } = [];
}

public sealed class OddException(string message) : Exception(message);
