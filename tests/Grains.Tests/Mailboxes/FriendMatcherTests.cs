using OrleansIM.Contacts;
using OrleansIM.Grains.Mailboxes;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Tests.Mailboxes;

public sealed class FriendMatcherTests
{
    private static readonly Contact[] s_contacts =
    [
        Friend("ann", email: "ann@home.test", mailboxes: ["ann@work.test"], mapped: ["auntie@old.test", "ann+news@home.test"]),
        Friend("bob", email: "Bob@Home.Test"),
        Friend("cat", email: "bob@home.test", mailboxes: ["cat@work.test"]),
        Friend("dan", email: "auntie@old.test", mailboxes: ["shared@work.test"]),
        Friend("eve", mailboxes: ["shared@work.test", "eve@bücher.test"]),
        Friend("fay", email: "cat@work.test", remark: "Faye"),
        Friend("gus", email: "no address"),
        new() { Account = "zed", DisplayName = "Zed", State = ContactState.Pending, Email = "zed@home.test", Mapped = ["zed@old.test"] },
    ];

    [Theory]
    [InlineData("ann@home.test", "ann")] // Of the profile.
    [InlineData("ann@work.test", "ann")] // Bound.
    [InlineData("auntie@old.test", "ann")] // Mapped, which wins over dan's profile.
    [InlineData("ANN@Home.TEST", "ann")] // Case does not count.
    [InlineData(" ann@home.test ", "ann")]
    [InlineData("bob@home.test", "bob")] // Two profiles: the id that sorts first.
    [InlineData("cat@work.test", "cat")] // Bound wins over fay's profile.
    [InlineData("shared@work.test", "dan")] // Bound to two: the id that sorts first.
    [InlineData("ann+shop@home.test", "ann")] // A tag.
    [InlineData("ann+news@home.test", "ann")] // A tag that is an address by itself.
    [InlineData("ann+a+b@home.test", "ann")]
    [InlineData("eve@xn--bcher-kva.test", "eve")] // The same domain in its two forms.
    [InlineData("EVE@BÜCHER.test", "eve")]
    [InlineData("+ann@home.test", null)]
    [InlineData("an@home.test", null)]
    [InlineData("ann@home.test.evil", null)]
    [InlineData("zed@home.test", null)] // No friend, whatever stands there.
    [InlineData("zed@old.test", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    [InlineData("no address", null)]
    public void Find_Address_IsOneFriends(string? address, string? friend) =>
        Assert.Equal(friend, new FriendMatcher(s_contacts).Find(address)?.Account);

    [Theory]
    [InlineData("ann", "auntie@old.test ann+news@home.test ann@work.test ann@home.test")]
    [InlineData("bob", "Bob@home.test")] // As it is written before the @: only the server knows whether that counts.
    [InlineData("cat", "cat@work.test bob@home.test")] // What two share is used for both.
    [InlineData("dan", "shared@work.test")] // What was mapped to somebody else is not.
    [InlineData("gus", "")]
    [InlineData("zed", "")]
    [InlineData("nobody", "")]
    public void AddressesOf_Friend_MappedThenBoundThenProfile(string friend, string addresses) =>
        Assert.Equal(addresses, string.Join(' ', new FriendMatcher(s_contacts).AddressesOf(friend)));

    [Theory]
    [InlineData("write to ann@home.test, or bob@home.test.", "ann bob")]
    [InlineData("<ann@home.test> (bob@home.test)", "ann bob")]
    [InlineData("ann@home.test ann@home.test", "ann")]
    [InlineData("请联系ann@home.test谢谢", "ann")]
    [InlineData("mailto:ann@home.test?subject=x", "ann")]
    [InlineData("'ann@home.test' --bob@home.test--", "ann bob")]
    [InlineData("ask eve@bücher.test", "eve")]
    [InlineData("@ @@ a@ @b zed@home.test stranger@else.test", "")]
    [InlineData("", "")]
    public void FindIn_Text_NamesTheFriends(string text, string friends) =>
        Assert.Equal(friends, string.Join(' ', new FriendMatcher(s_contacts).FindIn(text).Select(party => party.Friend!.Account)));

    [Fact]
    public void Find_Friend_HasTheNameTheAccountGave()
    {
        Assert.Equal("Faye", new FriendMatcher([s_contacts[5]]).Find("cat@work.test")!.Name);
        Assert.Equal("Name of bob", new FriendMatcher(s_contacts).Find("bob@home.test")!.Name);
    }

    [Fact]
    public void Resolve_Mails_CountsUnreadOfFriends()
    {
        var news = new FriendMatcher(s_contacts).Resolve(
            7, [Mail(4, "ann@home.test"), Mail(3, "ann@work.test"), Mail(2, "bob@home.test", isUnread: false), Mail(1, "x@else.test", preview: "see bob@home.test")]);

        Assert.Equal(7, news.Unread);
        Assert.Equal([new("ann", 2)], news.Badge);
        Assert.Equal(["ann", "ann", "bob", null], news.New.Select(mail => mail.From.Friend?.Account));
        Assert.Equal("bob", Assert.Single(news.New[3].Mentions!).Friend!.Account);
        Assert.Null(news.New[0].Mentions);
    }

    [Fact]
    public void FindIn_LongTextOfAts_EndsSoon()
    {
        var text = string.Concat(Enumerable.Repeat("a@", 50_000));

        Assert.Empty(new FriendMatcher(s_contacts).FindIn(text));
    }

    private static Contact Friend(string account, string? email = null, string[]? mailboxes = null, string[]? mapped = null, string? remark = null) => new()
    {
        Account = account,
        DisplayName = "Name of " + account,
        State = ContactState.Friend,
        Email = email,
        Mailboxes = mailboxes,
        Mapped = mapped,
        Remark = remark,
    };

    private static MailSummary Mail(long uid, string from, bool isUnread = true, string preview = "") => new()
    {
        Uid = uid,
        From = new MailParty { Address = from },
        Subject = "s",
        Preview = preview,
        Date = default,
        IsUnread = isUnread,
    };
}
