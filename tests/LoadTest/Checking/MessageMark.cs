using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OrleansIM.LoadTest.Checking;

/// <summary>
/// Which message it is: of which run, from whom to whom (a conversation), and the how manieth. It is the body's beginning;
/// what follows is padding that shows whether the body arrived whole.
/// </summary>
/// <param name="Conversation">Its number in the <see cref="Ledger"/>.</param>
/// <param name="Number">From 1, up by one for each message of the conversation.</param>
internal readonly record struct MessageMark(int Conversation, int Number)
{
    private const string Padding = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>The shortest body that holds any mark.</summary>
    public const int ShortestBody = 64;

    /// <summary>The text of a message.</summary>
    /// <param name="run">The run, so that what an earlier one left at a server is not taken for its own.</param>
    /// <param name="length">How many bytes, at least <see cref="ShortestBody"/>.</param>
    public string Body(string run, int length)
    {
        var text = new StringBuilder(length);
        text.Append(CultureInfo.InvariantCulture, $"{run}:{Conversation}:{Number}:{length}:");
        while (text.Length < length)
        {
            text.Append(Padding[text.Length % Padding.Length]);
        }

        return text.ToString();
    }

    /// <summary>The sender's own id of the message.</summary>
    public string Cid(string run) => string.Create(CultureInfo.InvariantCulture, $"{run}:{Conversation}:{Number}");

    /// <summary>Reads a body; false if it is none of this run, or not whole.</summary>
    public static bool TryReadBody(ReadOnlySpan<byte> body, string run, out MessageMark mark)
    {
        if (!TryRead(body, run, out mark, out var used) || !Utf8Parser.TryParse(body[used..], out int length, out var digits) || length != body.Length)
        {
            return false;
        }

        var at = used + digits;
        if (at >= body.Length || body[at] != ':')
        {
            return false;
        }

        for (var i = at + 1; i < body.Length; i++)
        {
            if (body[i] != Padding[i % Padding.Length])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a body begins like one of this run, whole or not.</summary>
    public static bool IsOfRun(ReadOnlySpan<byte> body, string run) =>
        body.Length > run.Length && body[run.Length] == ':' && Ascii.Equals(body[..run.Length], run);

    /// <summary>Reads a <see cref="Cid"/>.</summary>
    public static bool TryReadCid(ReadOnlySpan<byte> cid, string run, out MessageMark mark)
    {
        Span<byte> whole = stackalloc byte[cid.Length + 1];
        cid.CopyTo(whole);
        whole[^1] = (byte)':';
        return TryRead(whole, run, out mark, out var used) && used == whole.Length;
    }

    private static bool TryRead(ReadOnlySpan<byte> text, string run, out MessageMark mark, out int used)
    {
        mark = default;
        used = 0;
        if (!IsOfRun(text, run))
        {
            return false;
        }

        used = run.Length + 1;
        if (!TryReadNumber(text, ref used, out var conversation) || !TryReadNumber(text, ref used, out var number))
        {
            return false;
        }

        mark = new MessageMark(conversation, number);
        return true;
    }

    private static bool TryReadNumber(ReadOnlySpan<byte> text, ref int at, out int number)
    {
        if (!Utf8Parser.TryParse(text[at..], out number, out var digits) || at + digits >= text.Length || text[at + digits] != ':')
        {
            return false;
        }

        at += digits + 1;
        return true;
    }
}
