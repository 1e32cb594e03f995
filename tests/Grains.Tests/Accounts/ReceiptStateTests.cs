using OrleansIM.Contacts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Accounts;

/// <summary>What an account owes its friends, and what it has of them, as its log says.</summary>
public sealed class ReceiptStateTests
{
    private readonly AccountState _ann = New(new AccountSnapshot());
    private long _seq;

    public ReceiptStateTests() => Contact(_ann, "bob", ContactState.Friend);

    [Fact]
    public void Owed_MessagesOfFriends_AreOneReceiptEachForTheNewest()
    {
        Contact(_ann, "cat", ContactState.Friend);
        foreach (var peerSeq in new[] { 11, 12, 15 })
        {
            Message(_ann, "bob", peerSeq);
        }

        Message(_ann, "cat", 7);
        Message(_ann, "stranger", 3);

        Assert.Equal([("bob", 15L), ("cat", 7L)], Owed(_ann).Order());
    }

    [Fact]
    public void OwedUpTo_APlaceInTheLog_IsWhatIsNotBehindIt()
    {
        Contact(_ann, "cat", ContactState.Friend);
        Assert.False(_ann.Receipts.OwesUpTo(long.MaxValue));
        Message(_ann, "bob", 11);
        var seen = _seq;
        Message(_ann, "cat", 7);

        Assert.Equal([("bob", 11L)], _ann.Receipts.OwedUpTo(seen));
        Assert.True(_ann.Receipts.OwesUpTo(seen));
        Assert.False(_ann.Receipts.OwesUpTo(seen - 1));
        Assert.Equal([("bob", 11L), ("cat", 7L)], _ann.Receipts.OwedUpTo(_seq).Order());
    }

    [Fact]
    public void Settle_OnlyWhatWasTold_IsNotOwedAnyMore()
    {
        Message(_ann, "bob", 11);
        Message(_ann, "bob", 12);

        _ann.Receipts.Settle("bob", 11);
        Assert.Equal([("bob", 12L)], Owed(_ann));

        _ann.Receipts.Settle("bob", 12);
        Assert.Empty(_ann.Receipts.Owed);
    }

    [Fact]
    public void Owed_OwnReadingOfAll_SaysItAlready()
    {
        Message(_ann, "bob", 11);
        Message(_ann, "bob", 12);

        Receipt(_ann, "ann", "bob", "read", _seq - 1);
        Assert.Equal([("bob", 12L)], Owed(_ann));

        Receipt(_ann, "ann", "bob", "read", _seq);
        Assert.Empty(_ann.Receipts.Owed);
    }

    [Theory]
    [InlineData(ContactState.None)]
    [InlineData(ContactState.Blocked)]
    public void Owed_FriendshipEnds_NothingIsOwedAfterwards(ContactState state)
    {
        Message(_ann, "bob", 11);

        Contact(_ann, "bob", state);
        Message(_ann, "bob", 12);

        Assert.Empty(_ann.Receipts.Owed);
        Assert.False(_ann.GivesReceiptsTo("bob"));
    }

    [Fact]
    public void Owed_ForNobody_BeginsAnewWhenAllowedAgain()
    {
        Message(_ann, "bob", 11);

        Setting(_ann, "\"nobody\"");
        Message(_ann, "bob", 12);
        Assert.Empty(_ann.Receipts.Owed);
        Assert.Empty(New(_ann.ToSnapshot()).Receipts.Owed);
        Assert.False(New(_ann.ToSnapshot()).GivesReceiptsTo("bob"));

        Setting(_ann, null);
        Message(_ann, "bob", 13);
        Assert.Equal([("bob", 13L)], Owed(_ann));
    }

    [Fact]
    public void Had_ReceiptsOfAPeer_OnlyGrowAndReadIsDelivered()
    {
        Receipt(_ann, "bob", "bob", "delivered", 5);
        Receipt(_ann, "bob", "bob", "read", 3);
        Receipt(_ann, "bob", "bob", "delivered", 4);
        Assert.Equal(new PeerReceipts { Delivered = 5, Read = 3 }, _ann.Receipts.Had["bob"]);
        Assert.False(_ann.Receipts.IsNews("bob", "delivered", 5));
        Assert.False(_ann.Receipts.IsNews("bob", "read", 3));
        Assert.True(_ann.Receipts.IsNews("bob", "read", 5));

        Receipt(_ann, "bob", "bob", "read", 9);

        Assert.Equal(new PeerReceipts { Delivered = 9, Read = 9 }, _ann.Receipts.Had["bob"]);
        Assert.False(_ann.Receipts.IsNews("bob", "delivered", 9));
    }

    [Fact]
    public void Snapshot_KeepsWhatIsOwedAndHad()
    {
        Message(_ann, "bob", 11);
        Receipt(_ann, "bob", "bob", "read", 9);

        var back = New(_ann.ToSnapshot());

        Assert.Equal(Owed(_ann), Owed(back));
        Assert.Equal(_ann.Receipts.Had, back.Receipts.Had);
    }

    private static AccountState New(AccountSnapshot snapshot) => new("ann", snapshot, new Profile { Account = "ann", DisplayName = "Ann" });

    private static (string, long)[] Owed(AccountState state) => [.. state.Receipts.Owed.Select(owed => (owed.Key, owed.Value.PeerSeq))];

    private void Message(AccountState state, string from, long peerSeq) => Apply(
        state, EntryKind.Message, from,
        EntryData.Message("id", from, new SendMessage { To = "ann", Body = "b", Cid = "c", Kind = "text" }, default).Theirs, peerSeq);

    private void Receipt(AccountState state, string by, string peer, string what, long upTo) =>
        Apply(state, EntryKind.Receipt, peer, EntryData.Receipt(new ReceiptData(by, peer, what, upTo)));

    private void Contact(AccountState state, string account, ContactState relation) =>
        Apply(state, EntryKind.Contact, account, EntryData.Contact(new Contact { Account = account, DisplayName = account, State = relation }));

    private void Setting(AccountState state, string? json) =>
        Apply(state, EntryKind.Settings, null, EntryData.Value("privacy.receipts", json));

    private void Apply(AccountState state, EntryKind kind, string? peer, byte[] data, long? peerSeq = null) =>
        state.Apply(new TimelineEntry { Seq = ++_seq, Kind = kind, At = 0, Peer = peer, Data = data, PeerSeq = peerSeq });
}
