using System.Buffers.Text;

namespace OrleansIM.Benchmarks.EndToEnd.Wire;

/// <summary>A frame that is always the same but for one number, which stands between its parts.</summary>
internal sealed class FrameText(params byte[][] parts)
{
    /// <summary>Room that is enough for any frame of the load client.</summary>
    public const int MaxLength = 768;

    /// <summary>Writes the frame and answers its length.</summary>
    public int Write(int number, Span<byte> frame)
    {
        var length = 0;
        for (var part = 0; part < parts.Length; part++)
        {
            if (part > 0)
            {
                Utf8Formatter.TryFormat(number, frame[length..], out var digits);
                length += digits;
            }

            parts[part].CopyTo(frame[length..]);
            length += parts[part].Length;
        }

        return length;
    }
}
