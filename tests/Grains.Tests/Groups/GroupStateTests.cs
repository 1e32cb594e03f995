using System.Text.Json;
using OrleansIM.Grains.Groups;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Groups;

/// <summary>What logs add up to: the group's own, and a member's.</summary>
public sealed class GroupStateTests
{
    private static readonly string[] s_accounts = ["ann", "bob", "cat", "dan", "eve"];

    [Fact]
    public void Apply_FromAnySnapshotOn_GivesTheSameState()
    {
        var log = RandomLog(new Random(11), 300);
        var whole = Replay(new GroupSnapshot(), log);

        for (var cut = 0; cut < log.Length; cut += 17)
        {
            // Through JSON, as it is stored; and a snapshot may be older than where the replay begins.
            var stored = JsonSerializer.Deserialize<GroupSnapshot>(JsonSerializer.Serialize(Replay(new GroupSnapshot(), log[..cut]).ToSnapshot()))!;
            var resumed = Replay(stored, log[Math.Max(0, cut - 5)..]);
            Assert.Equal(JsonSerializer.Serialize(whole.ToSnapshot()), JsonSerializer.Serialize(resumed.ToSnapshot()));
        }

        Assert.True(whole.MembersSeq > 100);
    }

    [Fact]
    public void Members_OfTheGroupAndOfEachOnesPage_AreTheSame()
    {
        foreach (var seed in Enumerable.Range(1, 20))
        {
            var log = RandomLog(new Random(seed), 60);
            var group = Replay(new GroupSnapshot(), log);
            foreach (var account in s_accounts)
            {
                var mine = new AccountGroups(account, []);
                Array.ForEach(log, entry => mine.Apply("group:g", entry with { PeerSeq = entry.Seq }));
                Assert.Equal(group.Find(account)?.Role, mine.Find("group:g")?.Role);
                if (mine.Find("group:g") is { } known)
                {
                    Assert.Equal((group.Count, group.Name), (known.Members, known.Name));
                }
            }
        }
    }

    [Fact]
    public void Mentions_AreCountedUntilTheyAreRead()
    {
        var mine = new AccountGroups("bob", []);
        mine.Apply("group:g", Entry(1, EntryKind.Group, new GroupEvent { What = GroupEvent.Created, By = "ann", Accounts = ["ann", "bob"], Name = "g", MemberInvites = true, Members = 2 }.ToData("group:g")));
        mine.Apply("group:g", Message(2, "ann", "bob"));
        mine.Apply("group:g", Message(3, "ann"));
        mine.Apply("group:g", Message(4, "bob", "bob"));
        mine.Apply("group:g", Message(5, "ann", "cat", "bob"));

        Assert.Equal([2, 1], [mine.Summaries()[0].Mentions, mine.Summaries(4)[0].Mentions]);
        mine.Read("group:g", 2);
        Assert.Equal(1, mine.Summaries()[0].Mentions);
        Assert.Equal(5, mine.Find("group:g")!.Merged);
    }

    [Fact]
    public void ReadMessage_BodyThatLooksLikeFields_IsNotRead()
    {
        var data = GroupEvent.Message("id", "ann", new SendMessage { To = "group:g", Body = "\"},\"mentions\":[\"bob\"],\"from\":\"bob\"", Cid = "c", Kind = "text" }, DateTimeOffset.UnixEpoch);

        Assert.Equal(("ann", false), GroupEvent.ReadMessage(data, "bob"));
    }

    [Fact]
    public void Event_EveryField_ComesBackAsItWas()
    {
        var happened = new GroupEvent
        {
            What = GroupEvent.Role,
            By = "ann",
            Accounts = ["bob"],
            NewRole = GroupRole.Admin,
            Owner = "cat",
            Name = "\"N\" 😀",
            MemberInvites = true,
            Members = 7,
        };

        var read = GroupEvent.Read(happened.ToData("group:g"))!;

        Assert.Equal(happened.Accounts, read.Accounts);
        Assert.Equal(happened with { Accounts = read.Accounts }, read);
        Assert.Null(GroupEvent.Read("""{"expired":true}"""u8.ToArray()));
    }

    private static GroupState Replay(GroupSnapshot snapshot, TimelineEntry[] log)
    {
        var group = new GroupState(snapshot);
        Array.ForEach(log, group.Apply);
        return group;
    }

    /// <summary>What may happen, as the rules allow it, with messages in between.</summary>
    private static TimelineEntry[] RandomLog(Random random, int length)
    {
        var group = new GroupState(new GroupSnapshot());
        var log = new List<TimelineEntry>();
        Add(EntryKind.Group, GroupRules.Create(group, "ann", "group", ["bob"], 10).Get()!.ToData("group:g"));
        while (log.Count < length)
        {
            var (by, account) = (s_accounts[random.Next(s_accounts.Length)], s_accounts[random.Next(s_accounts.Length)]);
            var change = new ChangeGroup
            {
                Group = "group:g",
                Action = (GroupAction)random.Next(1, 5),
                Account = account,
                Role = (GroupRole)random.Next(3),
                Name = $"name {random.Next(3)}",
            };
            var decision = random.Next(5) > 1 ? GroupRules.Invite(group, by, [account], 10) : GroupRules.Change(group, by, change);
            if (decision.Value is { } happened && (happened.Members > 0 || happened.What is not GroupEvent.Left))
            {
                Add(EntryKind.Group, happened.ToData("group:g"));
            }
            else
            {
                Add(EntryKind.Message, Message(1, by).Data);
            }
        }

        return [.. log];

        void Add(EntryKind kind, byte[] data)
        {
            var entry = Entry(log.Count + 1, kind, data);
            log.Add(entry);
            group.Apply(entry);
        }
    }

    private static TimelineEntry Message(long seq, string from, params string[] mentions) => Entry(seq, EntryKind.Message, GroupEvent.Message(
        "id", from, new SendMessage { To = "group:g", Body = "b", Cid = "c", Kind = "text", Mentions = mentions }, DateTimeOffset.UnixEpoch));

    private static TimelineEntry Entry(long seq, EntryKind kind, byte[] data) =>
        new() { Seq = seq, Kind = kind, At = 1_000 * seq, Peer = "group:g", PeerSeq = seq, Data = data };
}
