using System.Text.Json.Nodes;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class MessageDataTests
{
    [Theory]
    [InlineData("hello", "c1")]
    [InlineData("\"quoted\" \\ \n ä 😀", "c\"\\\u0001ä😀")]
    [InlineData("\",\"cid\":\"x\",\"sentAt\":\"y", "\",\"cid\":\"")]
    public void Message_BothSides_DifferInTheCidAlone(string body, string cid)
    {
        var message = new SendMessage { To = "bob", Body = body, Cid = cid, Kind = "text" };

        var (own, theirs) = EntryData.Message("id1", "ann", message, DateTimeOffset.UnixEpoch);

        var sent = JsonNode.Parse(own)!.AsObject();
        Assert.Equal(["id", "from", "to", "body", "kind", "cid", "sentAt"], sent.Select(field => field.Key));
        Assert.Equal((body, cid, "1970-01-01T00:00:00.000Z"), ((string?)sent["body"], (string?)sent["cid"], (string?)sent["sentAt"]));
        sent.Remove("cid");
        Assert.True(JsonNode.DeepEquals(sent, JsonNode.Parse(theirs)));
    }

    [Fact]
    public void Message_LargerThanAWriterKeeps_IsWhole()
    {
        var message = new SendMessage { To = "bob", Body = new string('ä', 200_000), Cid = "c", Kind = "text" };

        var (own, theirs) = EntryData.Message("id1", "ann", message, DateTimeOffset.UnixEpoch);

        Assert.Equal(message.Body, (string?)JsonNode.Parse(own)!["body"]);
        Assert.Equal(message.Body, (string?)JsonNode.Parse(theirs)!["body"]);
    }
}
