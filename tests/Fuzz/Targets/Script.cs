using System.Text;

namespace OrleansIM.Fuzz.Targets;

/// <summary>
/// An input of several pieces, with a line <c>%%</c> between them. What comes before the first such line says what is asked
/// for; the rest is what the other side says, one piece after the other.
/// </summary>
internal sealed class Script
{
    private readonly Queue<byte[]> _pieces = new();

    public Script(ReadOnlySpan<byte> input)
    {
        while (!input.IsEmpty)
        {
            var end = input.IndexOf("%%\n"u8);
            _pieces.Enqueue((end < 0 ? input : input[..end]).ToArray());
            input = end < 0 ? [] : input[(end + 3)..];
        }

        Wanted = _pieces.TryDequeue(out var wanted) ? Encoding.Latin1.GetString(wanted).Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries) : [];
    }

    public IReadOnlyList<string> Wanted { get; }

    public bool TryNext(out byte[] piece) => _pieces.TryDequeue(out piece!);
}
