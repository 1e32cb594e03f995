namespace OrleansIM.Mail;

/// <summary>
/// The transfer encodings of MIME (RFC 2045, 6), read as far as they can be: what is not valid is passed over, and the
/// input may end anywhere.
/// </summary>
public static class TransferEncoding
{
    /// <summary>
    /// Quoted-printable. An escape that is none stays as it stands; half an escape at the end is dropped. White space
    /// between the <c>=</c> of a soft line break and the line's end is tolerated.
    /// </summary>
    public static byte[] DecodeQuotedPrintable(ReadOnlySpan<byte> raw)
    {
        var bytes = new byte[raw.Length];
        var length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '=')
            {
                bytes[length++] = raw[i];
            }
            else if (SoftBreak(raw[(i + 1)..]) is { } skipped)
            {
                i += skipped;
            }
            else if (i + 2 >= raw.Length && (i + 1 == raw.Length || char.IsAsciiHexDigit((char)raw[i + 1])))
            {
                break;
            }
            else if (Escape(raw[(i + 1)..]) is { } value)
            {
                bytes[length++] = value;
                i += 2;
            }
            else
            {
                bytes[length++] = raw[i];
            }
        }

        return bytes[..length];
    }

    /// <summary>Two hexadecimal digits at the beginning, or null.</summary>
    public static byte? Escape(ReadOnlySpan<byte> digits)
        => digits.Length >= 2 && char.IsAsciiHexDigit((char)digits[0]) && char.IsAsciiHexDigit((char)digits[1])
            ? (byte)((Convert.ToInt32(((char)digits[0]).ToString(), 16) << 4) | Convert.ToInt32(((char)digits[1]).ToString(), 16))
            : null;

    /// <summary>
    /// Base64. Characters that are not of its alphabet are passed over. After padding it goes on if the next line is base64
    /// as well (some mailers encode line by line), else this was the end (mailing lists append their footer as it is).
    /// </summary>
    public static byte[] DecodeBase64(ReadOnlySpan<byte> raw)
    {
        var bytes = new byte[raw.Length / 4 * 3 + 3];
        var (length, bits, count) = (0, 0, 0);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] == '=')
            {
                // What is left of a quantum that is not full are padding bits.
                (bits, count) = (0, 0);
                if (!GoesOn(raw[i..]))
                {
                    break;
                }
            }
            else if (Value(raw[i]) is var value and >= 0)
            {
                bits = (bits << 6) | value;
                count += 6;
                if (count >= 8)
                {
                    count -= 8;
                    bytes[length++] = (byte)(bits >> count);
                    bits &= (1 << count) - 1;
                }
            }
        }

        return bytes[..length];
    }

    private static int? SoftBreak(ReadOnlySpan<byte> after)
    {
        var blank = after.IndexOfAnyExcept((byte)' ', (byte)'\t');
        if (blank < 0)
        {
            return after.IsEmpty ? null : after.Length;
        }

        return after[blank] switch
        {
            (byte)'\n' => blank + 1,
            (byte)'\r' => blank + 1 < after.Length && after[blank + 1] == '\n' ? blank + 2 : blank + 1,
            _ => null,
        };
    }

    private static bool GoesOn(ReadOnlySpan<byte> padding)
    {
        var rest = padding.TrimStart("= \t\r\n"u8);
        var end = rest.IndexOfAny((byte)'\r', (byte)'\n');
        var line = (end < 0 ? rest : rest[..end]).TrimEnd("= \t"u8);
        foreach (var each in line)
        {
            if (Value(each) < 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Value(byte letter) => letter switch
    {
        >= (byte)'A' and <= (byte)'Z' => letter - 'A',
        >= (byte)'a' and <= (byte)'z' => letter - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => letter - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
