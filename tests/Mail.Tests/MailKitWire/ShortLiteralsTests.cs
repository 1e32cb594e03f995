using System.Text;

namespace OrleansIM.Mail.Tests.MailKitWire;

public sealed class ShortLiteralsTests
{
    private static readonly string s_long = string.Concat(Enumerable.Range(0, 2000).Select(i => $"{i},"));

    public static TheoryData<string, string> Dialogues => new()
    {
        { "* OK ready\r\na OK {5 done}\r\n", "* OK ready\r\na OK {5 done}\r\n" },
        { "* 1 FETCH (ENVELOPE (NIL {3}\r\na{9 NIL))\r\n", "* 1 FETCH (ENVELOPE (NIL {3}\r\na{9 NIL))\r\n" },
        { $"* 1 FETCH (ENVELOPE (NIL {Literal(s_long)} NIL))\r\n", $"* 1 FETCH (ENVELOPE (NIL {Literal(s_long[..4096])} NIL))\r\n" },
        { $"* 1 FETCH (BODY[1]<0> {Literal(s_long)})\r\n", $"* 1 FETCH (BODY[1]<0> {Literal(s_long)})\r\n" },
        { $"* 1 FETCH (BODY[HEADER.FIELDS (FROM)] {Literal(s_long)} X {Literal(s_long)})\r\n", $"* 1 FETCH (BODY[HEADER.FIELDS (FROM)] {Literal(s_long)} X {Literal(s_long[..4096])})\r\n" },
        { $"* X ({Literal("a]")} {Literal(s_long)})\r\n", $"* X ({Literal("a]")} {Literal(s_long[..4096])})\r\n" },
        { $"* X {Literal("")}{Literal(s_long)}\r\n", $"* X {Literal("")}{Literal(s_long[..4096])}\r\n" },
        { "* X {} {{5}\r{5}x {12345678901234567890123456789}\r\n{", "* X {} {{5}\r{5}x {12345678901234567890123456789}\r\n{" },
        { "* X {12", "* X {12" },
        { $"* X {{99999}}\r\n{s_long}", $"* X {{4096}}\r\n{s_long[..4096]}" },
    };

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Read_WhatAServerSays_HasNoLiteralThatIsTooLong(string said, string expected)
    {
        foreach (var piece in new[] { 1, 2, 3, 7, 4096, 100_000 })
        {
            Assert.Equal(expected, await ReadAsync(new ShortLiterals(new Pieces(said, piece), []), 5000));
        }

        Assert.Equal(expected, await ReadAsync(new ShortLiterals(new Pieces(said, 1000), []), 1));
    }

    [Fact]
    public async Task Read_WithABeginning_GivesThatFirst()
        => Assert.Equal("* OK\r\nrest", await ReadAsync(new ShortLiterals(new Pieces("rest", 10), "* OK\r\n"u8.ToArray()), 100));

    private static string Literal(string text) => $"{{{text.Length}}}\r\n{text}";

    private static async Task<string> ReadAsync(Stream stream, int most)
    {
        var text = new StringBuilder();
        var buffer = new byte[most];
        while (await stream.ReadAsync(buffer) is var bytes and > 0)
        {
            text.Append(Encoding.ASCII.GetString(buffer, 0, bytes));
        }

        return text.ToString();
    }

    /// <summary>A stream that comes in small pieces.</summary>
    private sealed class Pieces(string text, int piece) : MemoryStream(Encoding.ASCII.GetBytes(text))
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
            => base.ReadAsync(buffer[..Math.Min(piece, buffer.Length)], cancellationToken);
    }
}
