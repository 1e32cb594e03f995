using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Presence;

namespace OrleansIM.Grains.Tests.Contacts;

public sealed class AddressBookRulesTests
{
    private static readonly Dictionary<string, PresenceState> s_offline = [];

    [Theory]
    [InlineData("")]
    [InlineData("urn:orleansim:book:")]
    [InlineData("urn:orleansim:book:5")]
    [InlineData("urn:orleansim:book:x:0")]
    [InlineData("urn:orleansim:book:-1:0")]
    [InlineData("urn:orleansim:book:-2:0:3:0:ann")]
    [InlineData("urn:orleansim:book:5:0:ann")]
    [InlineData("urn:orleansim:book:5:0:x:0:ann")]
    [InlineData("urn:orleansim:book:99999999999999999999:0")]
    [InlineData("http://example.test/5")]
    public void Token_MadeUp_IsNone(string text) => Assert.False(AddressBookToken.TryParse(text, out _));

    [Theory]
    [InlineData("urn:orleansim:book:5:0")]
    [InlineData("urn:orleansim:book:-1::7:a1:bob.b-c_d")]
    public void Token_Written_ReadsAsItWas(string text)
    {
        Assert.True(AddressBookToken.TryParse(text, out var token));
        Assert.Equal(text, token.ToString());
    }

    [Fact]
    public void Changes_SinceAToken_AreThoseAfterIt()
    {
        var marks = Marks(("ann", true, 3), ("bob", true, 5), ("cat", false, 7), ("dan", true, 9));
        var friends = Friends(marks, s_offline, "ann", "bob", "dan");

        var changes = Changes(marks, friends, "urn:orleansim:book:5:0");

        Assert.Equal(["dan"], Names(changes));
        Assert.Equal(["cat"], changes.Removed);
        Assert.Equal("urn:orleansim:book:9:0", changes.Token);
        Assert.False(changes.IsTruncated);
    }

    [Fact]
    public void Changes_Anew_AreAllWithoutThoseWhoWent()
    {
        var marks = Marks(("ann", true, 3), ("cat", false, 7));
        var changes = AddressBookRules.Changes(marks, Friends(marks, s_offline, "ann", "zoe"), AddressBookToken.Nothing, null);

        Assert.Equal(["ann", "zoe"], Names(changes));
        Assert.Empty(changes.Removed);
    }

    [Fact]
    public void Changes_OfPresence_MayBeEverybodys()
    {
        var marks = Marks(("ann", true, 3), ("bob", true, 5));
        var online = new Dictionary<string, PresenceState> { ["ann"] = new() { Status = PresenceStatus.Online, Note = "here" } };
        var before = AddressBookRules.Token(marks, Friends(marks, s_offline, "ann", "bob")).ToString();
        var friends = Friends(marks, online, "ann", "bob");
        var changes = Changes(marks, friends, before);

        Assert.Equal(["ann", "bob"], Names(changes));
        Assert.NotEqual(before, changes.Token);
        Assert.Empty(Changes(marks, friends, changes.Token).Changed);
    }

    [Fact]
    public void Token_FromTheFutureOrTooLongAgo_IsNotKnown()
    {
        var marks = new AddressBookMarks(new AddressBookSnapshot { Floor = 4, Friends = { ["ann"] = new(9, 0) } }, 20);

        Assert.All(["urn:orleansim:book:4:0", "urn:orleansim:book:9:0", "urn:orleansim:book:-1::5:0:bob"], text => Assert.True(Knows(marks, text)));
        Assert.All(["urn:orleansim:book:3:0", "urn:orleansim:book:10:0", "urn:orleansim:book:5:0:10:0:bob", "urn:orleansim:book:5:0:3:0:bob"], text => Assert.False(Knows(marks, text)));
    }

    [Fact]
    public void Marks_OfASnapshotFromBefore_KnowNothingOlder()
    {
        var marks = new AddressBookMarks(null, 20);
        Assert.False(Knows(marks, "urn:orleansim:book:19:0"));
        Assert.True(Knows(marks, "urn:orleansim:book:20:0"));
        Assert.Equal("urn:orleansim:book:20:0", AddressBookRules.Token(marks, []).ToString());
    }

    [Fact]
    public void Removed_MoreThanAreRemembered_RaiseTheFloor()
    {
        var marks = new AddressBookMarks(null, 0);
        for (var seq = 1; seq <= AddressBookMarks.MaxRemoved + 2; seq++)
        {
            marks.Mark($"friend{seq}", isFriend: false, new AddressBookMark(seq, 0));
        }

        Assert.Equal(2, marks.Floor);
        Assert.Equal(AddressBookMarks.MaxRemoved, marks.Removed.Count());
        Assert.False(Knows(marks, "urn:orleansim:book:1:0"));
        Assert.True(Knows(marks, "urn:orleansim:book:2:0"));
    }

    /// <summary>
    /// Whoever takes over what is reported, in parts of any size while the book changes, ends with what is in the book.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Sync_InPartsWhileTheBookChanges_EndsWithTheBook(int seed)
    {
        var random = new Random(seed);
        var marks = new AddressBookMarks(null, 0);
        var friends = new Dictionary<string, int>();
        var presence = new Dictionary<string, PresenceState>();
        var seq = 0L;
        var seen = new Dictionary<string, (int Version, PresenceStatus Status)>();
        var token = AddressBookToken.Nothing;
        for (var round = 0; round < 2000; round++)
        {
            var calm = round % 200 >= 150;
            if (!calm && random.Next(2) == 0)
            {
                var account = $"friend{random.Next(12)}";
                seq++;
                if (random.Next(3) == 0 ? friends.Remove(account) : (friends[account] = friends.GetValueOrDefault(account) + 1) > 0)
                {
                    marks.Mark(account, friends.ContainsKey(account), new AddressBookMark(seq, seq));
                }

                presence[$"friend{random.Next(12)}"] = new() { Status = (PresenceStatus)random.Next(4) };
                if (random.Next(20) == 0)
                {
                    marks = new AddressBookMarks(marks.ToSnapshot(), seq);
                }
            }

            var book = Friends(marks, presence, [.. friends.Keys]);
            Assert.True(AddressBookRules.Knows(marks, token));
            var changes = AddressBookRules.Changes(marks, book, token, random.Next(3) == 0 ? null : random.Next(1, 5));
            Assert.All(changes.Changed, friend => seen[friend.Contact.Account] = (friends[friend.Contact.Account], friend.Status));
            Assert.All(changes.Removed, account => seen.Remove(account));
            Assert.True(AddressBookToken.TryParse(changes.Token, out token!));
            if (round % 200 == 199)
            {
                Assert.Equal(
                    book.Select(friend => (friend.Contact.Account, (friends[friend.Contact.Account], friend.Status))).Order(),
                    seen.Select(pair => (pair.Key, pair.Value)).Order());
            }
        }
    }

    private static AddressBookMarks Marks(params (string Account, bool IsFriend, long Seq)[] changes)
    {
        var marks = new AddressBookMarks(null, 0);
        foreach (var (account, isFriend, seq) in changes)
        {
            marks.Mark(account, isFriend, new AddressBookMark(seq, seq));
        }

        return marks;
    }

    private static AddressBookFriend[] Friends(AddressBookMarks marks, IReadOnlyDictionary<string, PresenceState> presence, params string[] accounts) =>
        AddressBookRules.Friends(accounts.Select(account => new Contact { Account = account, DisplayName = account, State = ContactState.Friend }), marks, presence);

    private static AddressBookChanges Changes(AddressBookMarks marks, AddressBookFriend[] friends, string token)
    {
        Assert.True(AddressBookToken.TryParse(token, out var since));
        return AddressBookRules.Changes(marks, friends, since, null);
    }

    private static bool Knows(AddressBookMarks marks, string token)
    {
        Assert.True(AddressBookToken.TryParse(token, out var known));
        return AddressBookRules.Knows(marks, known);
    }

    private static string[] Names(AddressBookChanges changes) => [.. changes.Changed.Select(friend => friend.Contact.Account)];
}
