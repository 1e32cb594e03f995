using System.Text;
using OrleansIM.LoadTest.Wire;

namespace OrleansIM.LoadTest.Tests.Wire;

public sealed class WireFrameTests
{
    [Fact]
    public void Message_IsRead_WhateverTheOrderOfItsFields()
    {
        var frame = WireFrame.Read("""{"data":{"to":"a2","extra":{"from":"x"},"body":"he\u0041llo","from":"a1"},"seq":7,"account":"a2","ev":"message"}"""u8);

        Assert.Equal(("message", "a2", 7L), (frame.Event, frame.Account, frame.Seq));
        Assert.Equal(("a1", "a2", "heAllo"), (frame.From, frame.To, Encoding.UTF8.GetString(frame.Body)));
    }

    [Fact]
    public void Page_HasItsCursor_AndNothingOfWhatIsInIt()
    {
        var frame = WireFrame.Read("""{"ev":"page","account":"a1","data":{"recent":[{"ev":"message","seq":3,"data":{"cursor":1}}],"cursor":9,"resumed":true}}"""u8);

        Assert.Equal(("page", "a1", 9L, true), (frame.Event, frame.Account, frame.Cursor, frame.Resumed));
        Assert.Null(frame.Seq);
    }

    [Fact]
    public void Presence_AndMail_AreRead()
    {
        var presence = WireFrame.Read("""{"ev":"presence","account":"a1","data":{"contact":"a2","status":"away","note":"n"}}"""u8);
        var mail = WireFrame.Read("""{"ev":"mail","account":"a1","data":{"mailbox":"m@x","unread":4,"new":[{"subject":"one","from":{"subject":"no"}},{"uid":1,"subject":"two"}],"badge":{}}}"""u8);

        Assert.Equal(("a2", "away", "n"), (presence.Contact, presence.Status, presence.Note));
        Assert.Equal(("m@x", 4), (mail.Mailbox, mail.Unread));
        Assert.Equal(["one", "two"], mail.Subjects);
    }

    [Theory]
    [InlineData("""{"re":3,"ok":{"ev":"message"}}""")]
    [InlineData("""{"ok":{},"re":3}""")]
    public void Answer_IsNoEvent(string text) => Assert.Equal("", WireFrame.Read(Encoding.UTF8.GetBytes(text)).Event);
}
