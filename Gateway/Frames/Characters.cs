using System.Buffers;

namespace OrleansIM.Gateway.Frames;

/// <summary>Sets of characters that fields are checked against.</summary>
internal static class Characters
{
    public static SearchValues<char> Null { get; } = SearchValues.Create("\0");

    public static SearchValues<char> Control { get; } =
        SearchValues.Create([.. Enumerable.Range(0, 0x20).Concat(Enumerable.Range(0x7F, 0x21)).Select(c => (char)c)]);

    public static SearchValues<char> Token { get; } =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");
}
