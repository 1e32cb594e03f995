using System.Text.Json.Nodes;
using OrleansIM.Client;
using OrleansIM.EndToEnd.Tests.Support;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

public sealed class MessageBehaviours(ServerFixture fixture) : BehaviourTest(fixture)
{
    [Fact]
    [Trait("Behaviour", "messages.once-in-order")]
    public async Task Messages_OfTwoAtTheSameTime_AreOnEveryDeviceOnceAndInOneOrder()
    {
        const int Count = 20;
        var (ann, ben) = await FriendsAsync();
        var (annToo, benToo) = (await SignInAsync(ann.Account), await SignInAsync(ben.Account));
        await Task.WhenAll(Enumerable.Range(0, Count).SelectMany(i => new[]
        {
            ann.Client.SendAsync(ann.Account, ben.Account, $"a{i}"), ben.Client.SendAsync(ben.Account, ann.Account, $"b{i}"),
        })).WaitAsync(RawClient.Patience);
        foreach (var (one, other) in new[] { (ann, annToo), (ben, benToo) })
        {
            await UntilAsync(() => one.Bodies().Count >= 2 * Count && other.Bodies().Count >= 2 * Count, "all messages");
            var bodies = one.Bodies();
            Assert.Equal(bodies, other.Bodies());
            foreach (var writer in "ab")
            {
                Assert.Equal(Enumerable.Range(0, Count).Select(i => $"{writer}{i}"), bodies.Where(body => body[0] == writer));
            }
        }
    }

    [Fact]
    [Trait("Behaviour", "messages.cid")]
    public async Task Cid_Again_GivesTheSameAnswerAndOneMessage()
    {
        var (ann, ben) = await FriendsAsync();
        var first = await AskAsync("once");
        Assert.Equal(first.GetRawText(), (await AskAsync("twice")).GetRawText());
        Assert.Equal(first.Number("seq") + 1, (await ann.Client.SendAsync(ann.Account, ben.Account, "last")).Seq);
        await UntilAsync(() => ben.Bodies().Contains("last"), "the last one");
        Assert.Equal(["once", "last"], ben.Bodies());

        Task<JsonElement> AskAsync(string body) => ann.Client.RequestAsync("send", JsonSerializer.SerializeToElement(
            new JsonObject { ["as"] = ann.Account, ["to"] = ben.Account, ["body"] = body, ["cid"] = "my-cid" }));
    }

    [Fact]
    [Trait("Behaviour", "messages.waiting")]
    public async Task Message_ToSomebodyWhoIsAway_IsOnTheNextPageAndUnread()
    {
        var (ann, ben) = await FriendsAsync();
        var account = ben.Account;
        await ben.Client.SignOutAsync();
        await ann.Client.SendAsync(ann.Account, account, "you were away");
        var again = await SignInAsync(account);
        Assert.Equal(1, again.Page.Unread[ann.Account]);
        Assert.Equal("you were away", again.Client.Conversation(account, ann.Account)[^1].Body);
    }

    [Fact]
    [Trait("Behaviour", "messages.refused")]
    public async Task Message_ToWhoIsNoFriendAnyMore_IsRefusedAndFailed()
    {
        var (ann, ben) = await FriendsAsync();
        await ben.Client.RemoveContactAsync(ben.Account, ann.Account);
        await ann.ShowsAsync(page => !IsFriend(page, ben.Account), "the end of the friendship");
        await RefusedAsync("not_friends", () => ann.Client.SendAsync(ann.Account, ben.Account, "hello?", cid: "c"));
        Assert.Equal(MessageState.Failed, Assert.Single(ann.Client.Outbox(ann.Account)).State);
    }

    [Fact]
    [Trait("Behaviour", "messages.speaker")]
    public async Task Message_NamesTheAccountThatSpeaks_AndArrivesOnThePageOfTheReceiver()
    {
        var (ann, ben) = await FriendsAsync();
        var game = await JoinAsync("game");
        await BefriendAsync(game, ben);
        await ann.Client.AddLinksAsync([new LinkRequest(game.Account, TestServer.Password)]);
        await ann.Client.ShowsAsync(game.Account, _ => true, "the linked account");
        await ann.Client.SendAsync(game.Account, ben.Account, "as the game");
        await ben.HearsAsync<MessageReceived>(message => message.From == game.Account, "the game");
        await ben.Client.SendAsync(ben.Account, game.Account, "to the game");
        await UntilAsync(() => ann.Bodies(game.Account).Contains("to the game"), "it on the page of the game");
        Assert.Empty(ann.Bodies());
    }

    [Fact]
    [Trait("Behaviour", "messages.stranger")]
    public async Task Account_OutsideTheSession_CanNeverBeUsed()
    {
        var (ann, ben) = await FriendsAsync();
        var forged = JsonSerializer.SerializeToElement(new JsonObject { ["as"] = ben.Account, ["to"] = ann.Account, ["body"] = "forged", ["cid"] = "c" });
        await RefusedAsync("forbidden", () => ann.Client.RequestAsync("send", forged));
        await RefusedAsync("forbidden", () => ann.Client.SendAsync(ben.Account, ann.Account, "forged"));
        await RefusedAsync("forbidden", () => ann.Client.HistoryAsync(ben.Account));
    }

    [Fact]
    [Trait("Behaviour", "messages.offline-queue")]
    public async Task Messages_WrittenWithoutAConnection_GoOutOnceAndInOrder()
    {
        var (ann, ben) = await FriendsAsync();
        ann.Cut(staysDown: true);
        await UntilAsync(() => ann.Client.Status != ConnectionStatus.Online, "the end of the connection");
        var ends = new[] { "one", "two", "three" }.Select(body => ann.Client.SendAsync(ann.Account, ben.Account, body)).ToArray();
        Assert.All(ann.Client.Outbox(), message => Assert.Equal(MessageState.Queued, message.State));
        ann.ComeBack();
        await Task.WhenAll(ends).WaitAsync(RawClient.Patience);
        await UntilAsync(() => ben.Bodies().Count >= 3, "all messages");
        Assert.Equal(["one", "two", "three"], ben.Bodies());
    }

    [Fact]
    [Trait("Behaviour", "history.paged")]
    public async Task History_PagedBack_HasEverythingOnceOldestFirst()
    {
        var (ann, ben) = await FriendsAsync();
        for (var i = 0; i < 12; i++)
        {
            await ann.Client.SendAsync(ann.Account, ben.Account, $"m{i}");
        }

        var bodies = new List<string>();
        long? before = null;
        for (var more = true; more;)
        {
            var page = await ann.Client.HistoryAsync(ann.Account, ben.Account, before, limit: 5);
            bodies.InsertRange(0, page.Events.OfType<MessageReceived>().Select(message => message.Body));
            (before, more) = (page.Events[0].Seq, page.More);
        }

        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"m{i}"), bodies);
    }

    [Fact]
    [Trait("Behaviour", "receipts.states")]
    public async Task OwnMessage_GoesFromSentOverDeliveredToRead()
    {
        var (ann, ben) = await FriendsAsync();
        var account = ben.Account;
        await ben.Client.DisposeAsync();
        var sent = await ann.Client.SendAsync(ann.Account, account, "read me");
        Assert.Equal(MessageState.Sent, State());
        var again = await SignInAsync(account);
        await UntilAsync(() => State() == MessageState.Delivered, "delivery");
        await again.Client.MarkReadAsync(account, ann.Account, again.Page.Cursor);
        await UntilAsync(() => State() == MessageState.Read, "reading");
        await ann.HearsAsync<OutgoingChanged>(changed => changed.Message.State == MessageState.Read, "the last state");
        Assert.Equal(
            [MessageState.Queued, MessageState.Sent, MessageState.Delivered, MessageState.Read],
            ann.Told.OfType<OutgoingChanged>().Select(changed => changed.Message.State));

        MessageState? State() => ann.Client.Conversation(ann.Account, account).Single(line => line.Cid == sent.Cid).State;
    }

    [Fact]
    [Trait("Behaviour", "unread.devices")]
    public async Task Unread_ReadOnOneDevice_IsReadOnTheOther()
    {
        var (ann, ben) = await FriendsAsync();
        var desk = await SignInAsync(ben.Account);
        await ann.Client.SendAsync(ann.Account, ben.Account, "one");
        await ann.Client.SendAsync(ann.Account, ben.Account, "two");
        foreach (var device in new[] { ben, desk })
        {
            await device.ShowsAsync(page => page.Unread.TryGetValue(ann.Account, out var unread) && unread == 2, "two unread messages");
        }

        await ben.Client.MarkReadAsync(ben.Account, ann.Account, ben.Page.Cursor);
        Assert.Empty(ben.Page.Unread);
        await desk.ShowsAsync(page => page.Unread.Count == 0, "nothing unread");
    }

    [Fact]
    [Trait("Behaviour", "typing.friend")]
    public async Task Typing_IsShownToTheFriend_AndEnds()
    {
        var (ann, ben) = await FriendsAsync();
        await ann.Client.SetTypingAsync(ann.Account, ben.Account, true);
        var on = await ben.HearsAsync<TypingChanged>(typing => typing.On, "typing");
        Assert.Equal((ann.Account, ben.Account, ben.Account), (on.From, on.To, on.Account));
        await ann.Client.SendAsync(ann.Account, ben.Account, "done");
        await ben.HearsAsync<TypingChanged>(typing => !typing.On, "the end of typing");
    }

    private static bool IsFriend(Page page, string account) => page.Contacts.TryGetValue(account, out var contact) && contact.State == "friend";
}
