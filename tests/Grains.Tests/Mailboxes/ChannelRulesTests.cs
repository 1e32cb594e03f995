using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class ChannelRulesTests
{
    [Theory]
    [InlineData(1, 0.0, 1)]
    [InlineData(1, 1.0, 2)]
    [InlineData(2, 0.5, 3)]
    [InlineData(3, 0.0, 4)]
    [InlineData(8, 1.0, 256)]
    [InlineData(9, 1.0, 300)]
    [InlineData(1_000_000, 0.0, 150)]
    public void Pause_Doubles_UpToALimit_HalfOfItByChance(int failures, double chance, int seconds) =>
        Assert.Equal(seconds, ChannelRules.Pause(failures, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(5), chance).TotalSeconds);

    [Fact]
    public void SentMails_OverTheLimit_ForgetTheOldest()
    {
        var sent = new SentMails();
        for (var number = 0; number <= SentMails.Most; number++)
        {
            sent = sent.With(new SentNote { Cid = $"{number}", At = default });
        }

        Assert.Equal(SentMails.Most, sent.Notes.Length);
        Assert.Null(sent.Find("0"));
        Assert.NotNull(sent.Find("1"));
        Assert.Null(sent.Without("1").Find("1"));
    }

    [Fact]
    public void SentMails_SameCidAgain_ReplacesTheNote()
    {
        var result = new SentMail { Sent = ["bob"], Failed = [] };
        var sent = new SentMails().With(new SentNote { Cid = "1", At = default }).With(new SentNote { Cid = "1", At = default, Result = result });

        Assert.Same(result, Assert.Single(sent.Notes).Result);
    }

    [Fact]
    public void MessageId_IsOfTheMailboxAndTheCid()
    {
        var id = SentMails.MessageIdOf("ann@home.test", "1");

        Assert.Matches("^<[0-9a-f]{32}@home\\.test>$", id);
        Assert.Equal(id, SentMails.MessageIdOf("ann@home.test", "1"));
        Assert.NotEqual(id, SentMails.MessageIdOf("ann@home.test", "2"));
        Assert.NotEqual(id, SentMails.MessageIdOf("bob@home.test", "1"));
    }

    [Fact]
    public void Account_TakesOnlyWhatIsNewer()
    {
        var mailbox = new AccountMailbox("ann@home.test");
        Assert.True(mailbox.Take(State(epoch: 2, version: 5, unread: 5)));
        Assert.False(mailbox.Take(State(epoch: 2, version: 5, unread: 0)));
        Assert.False(mailbox.Take(State(epoch: 2, version: 4, unread: 0)));
        Assert.False(mailbox.Take(State(epoch: 1, version: 9, unread: 0)));
        Assert.True(mailbox.Take(State(epoch: 3, version: 1, unread: 1)));

        // The bridge that answers is the one there is, even if the clock of its silo is behind; unless it was overtaken.
        Assert.False(mailbox.TakeAnswer(State(epoch: 2, version: 9, unread: 0), askedAt: 2));
        Assert.True(mailbox.TakeAnswer(State(epoch: 1, version: 1, unread: 4), askedAt: 3));
        Assert.Equal(4, mailbox.State!.Unread);
    }

    [Fact]
    public void Account_ShowsOnlyWhatIsDifferent()
    {
        var (mailbox, nobody) = (new AccountMailbox("ann@home.test"), new FriendMatcher([]));
        mailbox.Take(State(epoch: 1, version: 1, unread: 1));
        Assert.Equal(["channel", "mail"], mailbox.Refresh(nobody).Select(shown => shown.Event));
        Assert.Empty(mailbox.Refresh(nobody));
        mailbox.Take(State(epoch: 1, version: 2, unread: 2));
        Assert.Equal(["mail"], mailbox.Refresh(nobody).Select(shown => shown.Event));
    }

    private static MailboxState State(long epoch, long version, int unread) => new()
    {
        Address = "ann@home.test",
        Channel = new ChannelState { Status = ChannelStatus.Open },
        Unread = unread,
        New = [],
        Epoch = epoch,
        Version = version,
    };
}
