using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// Ids of messages: UUIDs of version 7 (RFC 9562), 32 hexadecimal digits. Their random bits are asked of the system for
/// many at a time, since that is a system call.
/// </summary>
internal static class MessageIds
{
    private const int RandomBytes = 10;
    private const int AtOnce = 64;

    [ThreadStatic]
    private static byte[]? _random;

    // Bytes of it that are not used yet.
    [ThreadStatic]
    private static int _left;

    public static string Next(DateTimeOffset now)
    {
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, now.ToUnixTimeMilliseconds() << 16);
        TakeRandom(id[6..]);
        id[6] = (byte)(id[6] & 0x0F | 0x70);
        id[8] = (byte)(id[8] & 0x3F | 0x80);
        return Convert.ToHexStringLower(id);
    }

    private static void TakeRandom(Span<byte> target)
    {
        var random = _random ??= new byte[RandomBytes * AtOnce];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = random.Length;
        }

        _left -= RandomBytes;
        random.AsSpan(_left, RandomBytes).CopyTo(target);
    }
}
