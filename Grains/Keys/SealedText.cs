using System.Buffers.Text;

namespace OrleansIM.Grains.Keys;

/// <summary>What Data Protection says in the clear about a text it has protected.</summary>
internal static class SealedText
{
    private const int Magic = 4, KeyId = 16;

    /// <summary>The id of the key it is sealed with; null for what was never sealed so.</summary>
    public static Guid? KeyOf(string text)
    {
        Span<byte> header = stackalloc byte[Magic + KeyId + 1];
        return text.Length >= 28 && Base64Url.TryDecodeFromChars(text.AsSpan(0, 28), header, out var length) && length >= Magic + KeyId
            && header[..Magic].SequenceEqual((ReadOnlySpan<byte>)[0x09, 0xF0, 0xC9, 0xF0])
            ? new Guid(header.Slice(Magic, KeyId))
            : null;
    }
}
