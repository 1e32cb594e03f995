using System.Text;
using OrleansIM.LoadTest.Checking;

namespace OrleansIM.LoadTest.Tests.Checking;

public sealed class MessageMarkTests
{
    private const string Run = "lt7f";

    private readonly MessageMark _mark = new(12, 345);

    [Theory]
    [InlineData(MessageMark.ShortestBody)]
    [InlineData(300)]
    [InlineData(16 * 1024)]
    public void Body_OfAnyLength_IsReadBack(int length)
    {
        var body = Encoding.UTF8.GetBytes(_mark.Body(Run, length));

        Assert.Equal(length, body.Length);
        Assert.True(MessageMark.TryReadBody(body, Run, out var read));
        Assert.Equal(_mark, read);
    }

    [Fact]
    public void Body_OfTheLargestMark_FitsIntoTheShortest() =>
        Assert.Equal(MessageMark.ShortestBody, new MessageMark(int.MaxValue, int.MaxValue).Body("lt" + new string('f', 10), MessageMark.ShortestBody).Length);

    [Fact]
    public void Body_WithAnyByteChangedOrCut_IsNotTakenForIt()
    {
        var body = Encoding.UTF8.GetBytes(_mark.Body(Run, 100));
        for (var i = 0; i < body.Length; i++)
        {
            Assert.False(MessageMark.TryReadBody(body.AsSpan(0, i), Run, out _), $"cut at {i}");
            var changed = body.ToArray();
            changed[i] = (byte)(changed[i] == '1' ? '2' : '1');
            Assert.False(MessageMark.TryReadBody(changed, Run, out var read) && read == _mark, $"changed at {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("lt7f")]
    [InlineData("lt7f:12")]
    [InlineData("lt7f:x:1:64:")]
    [InlineData("other:12:345:64:abc")]
    public void Body_OfOthers_IsNone(string body) => Assert.False(MessageMark.TryReadBody(Encoding.UTF8.GetBytes(body), Run, out _));

    [Fact]
    public void Cid_IsReadBack()
    {
        Assert.True(MessageMark.TryReadCid(Encoding.UTF8.GetBytes(_mark.Cid(Run)), Run, out var read));
        Assert.Equal(_mark, read);
        Assert.False(MessageMark.TryReadCid("0123456789abcdef"u8, Run, out _));
    }
}
