using OrleansIM.Contacts;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Accounts;

public sealed class AccountStateTests
{
    private static readonly Profile s_ann = new() { Account = "ann", DisplayName = "Ann" };

    [Fact]
    public void Apply_FromAnySnapshotOn_GivesTheSameState()
    {
        var random = new Random(5);
        var log = Enumerable.Range(1, 300).Select(seq => RandomEntry(random, seq)).ToArray();
        var whole = Replay(new AccountSnapshot(), log);

        for (var cut = 0; cut < log.Length; cut += 17)
        {
            var snapshot = Replay(new AccountSnapshot(), log[..cut]).ToSnapshot();
            // A snapshot may be older than where the replay begins: what it has is not applied twice.
            var resumed = Replay(snapshot, log[Math.Max(0, cut - 5)..]);
            Assert.Equal(Text(whole), Text(resumed));
        }
    }

    [Fact]
    public void Unread_OwnMessagesDoNotCount_AndReadingClearsUpToTheSeq()
    {
        var state = Replay(new AccountSnapshot(), [Message(1, "bob"), Message(2, "ann"), Message(3, "bob"), Message(4, "bob")]);
        Assert.Equal(3, state.Unread["bob"]);

        state.Apply(new TimelineEntry { Seq = 5, Kind = EntryKind.Receipt, At = 0, Peer = "bob", Data = EntryData.Receipt(new ReceiptData("ann", "bob", "read", 3)) });

        Assert.Equal(1, state.Unread["bob"]);
        Assert.Null(state.LastUnread("bob", 3));
        Assert.Equal(4, state.LastUnread("bob", 4));
    }

    [Fact]
    public void EntryData_TextOfEveryKind_ComesBackAsItWas()
    {
        var contact = new Contact
        {
            Account = "bob",
            DisplayName = "\"Bob\" \\ 😀 \u202e \u0000",
            State = ContactState.Friend,
            Remark = "né\nnew line",
            Labels = ["a", ""],
            Settings = """{"deep":[1,2,{"x":null}]}""",
            Email = "bob@example.test",
            Greeting = "hi",
            Description = "<script>",
        };

        var back = EntryData.ReadContact(EntryData.Contact(contact));

        Assert.Equal(contact with { Labels = null }, back with { Labels = null });
        Assert.Equal(contact.Labels, back.Labels);
        var (key, json) = EntryData.ReadValue(EntryData.Value("k", "[1, 2]"));
        Assert.Equal(("k", "[1, 2]"), (key, json));
        Assert.Null(EntryData.ReadValue(EntryData.Value("k", null)).Json);
    }

    [Fact]
    public async Task SetValue_SurvivesARestart_IsLiveOnTheOtherDevice_AndIsBounded()
    {
        await using var world = await GrainWorld.StartAsync(("Accounts:MaxValues", "2"), ("Timelines:SnapshotEvery", "1"));
        await world.RegisterAsync("ann");
        var (here, there) = (await world.SignInAsync("ann"), await world.SignInAsync("ann"));

        (await Set(world, here, ValueStore.Custom, "pet", """{"name":"Rex"}""")).ShouldBeDone();
        (await Set(world, here, ValueStore.Settings, "theme", "\"dark\"")).ShouldBeDone();
        (await Set(world, here, ValueStore.Custom, "level", "7")).ShouldBeDone();
        (await Set(world, here, ValueStore.Custom, "third", "1")).ShouldBeRefused(ErrorCodes.LimitReached);
        (await Set(world, here, ValueStore.Custom, "level", null)).ShouldBeDone();
        await Eventually.TrueAsync(() => world.Gateway.EntriesOf("ann", there.Id).Length == 4, "four pushes on the other device");
        await world.RestartAsync();

        var page = (await world.SignInAsync("ann")).Pages["ann"];
        Assert.Equal("""{"name":"Rex"}""", Assert.Single(page.Custom).Value);
        Assert.Equal("\"dark\"", page.Settings["theme"]);
    }

    private static Task<Outcome> Set(GrainWorld world, TestSession session, ValueStore store, string key, string? json) =>
        world.Account("ann").SetValueAsync(session.Id, new SetValue { Store = store, Key = key, Json = json });

    private static AccountState Replay(AccountSnapshot snapshot, IEnumerable<TimelineEntry> log)
    {
        var state = new AccountState("ann", snapshot, s_ann);
        foreach (var entry in log)
        {
            state.Apply(entry);
        }

        return state;
    }

    private static string Text(AccountState state) => System.Text.Json.JsonSerializer.Serialize(state.ToSnapshot() with
    {
        Contacts = [.. state.Contacts.Values.OrderBy(contact => contact.Account)],
        Settings = state.Settings.OrderBy(pair => pair.Key).ToDictionary(),
        Custom = state.Custom.OrderBy(pair => pair.Key).ToDictionary(),
        Unread = state.ToSnapshot().Unread.OrderBy(pair => pair.Key).ToDictionary(),
        Receipts = state.ToSnapshot().Receipts.OrderBy(pair => pair.Key).ToDictionary(),
        OwedReceipts = state.ToSnapshot().OwedReceipts.OrderBy(pair => pair.Key).ToDictionary(),
    });

    private static TimelineEntry RandomEntry(Random random, long seq)
    {
        var peer = $"p{random.Next(4)}";
        return random.Next(6) switch
        {
            0 => Message(seq, peer),
            1 => Message(seq, "ann"),
            2 => New(seq, EntryKind.Receipt, peer, EntryData.Receipt(new ReceiptData(random.Next(4) == 0 ? peer : "ann", peer, random.Next(3) == 0 ? "delivered" : "read", random.NextInt64(seq)))),
            3 => New(seq, EntryKind.Contact, peer, EntryData.Contact(new Contact { Account = peer, DisplayName = $"{seq}", State = (ContactState)random.Next(5) })),
            4 => New(seq, EntryKind.Profile, null, EntryData.Profile(s_ann with { DisplayName = $"{seq}" })),
            _ => New(seq, random.Next(2) == 0 ? EntryKind.Settings : EntryKind.Custom, null, EntryData.Value($"k{random.Next(3)}", random.Next(3) == 0 ? null : $"{seq}")),
        };
    }

    private static TimelineEntry Message(long seq, string from)
    {
        var peer = from == "ann" ? "bob" : from;
        var message = New(seq, EntryKind.Message, peer, EntryData.Message("id", from, new SendMessage { To = "x", Body = "b", Cid = "c", Kind = "text" }, default).Theirs);
        return from == "ann" ? message : message with { PeerSeq = seq + 100 };
    }

    private static TimelineEntry New(long seq, EntryKind kind, string? peer, byte[] data) => new() { Seq = seq, Kind = kind, At = 0, Peer = peer, Data = data };
}
