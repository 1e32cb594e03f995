using System.Text;

namespace Orleans.Storage;

/// <summary>
/// A grain key as the columns of the storage table have it. A key that reads as a number or a GUID is kept as one, also
/// when it was given as a string; what follows a plus is its extension.
/// </summary>
internal readonly record struct AdoNetGrainKey(long N0, long N1, string? Text, int Hash)
{
    public static AdoNetGrainKey Of(GrainId id)
    {
        if (id.TryGetGuidKey(out var guid, out var extension))
        {
            var bytes = guid.ToByteArray();
            return new(BitConverter.ToInt64(bytes, 0), BitConverter.ToInt64(bytes, 8), extension, HashOf(bytes, extension));
        }

        return id.TryGetIntegerKey(out var number, out extension)
            ? new(0, number, extension, HashOf(BitConverter.GetBytes(number), extension))
            : new(0, 0, id.Key.ToString(), HashOf([], id.Key.ToString()));
    }

    public static int HashOf(string type) => (int)StableHash.ComputeHash(Encoding.UTF8.GetBytes(type));

    // Of the bytes from the last to the first.
    private static int HashOf(byte[] key, string? extension)
    {
        byte[] all = [.. key, .. Encoding.UTF8.GetBytes(extension ?? "")];
        Array.Reverse(all);
        return (int)StableHash.ComputeHash(all);
    }
}
