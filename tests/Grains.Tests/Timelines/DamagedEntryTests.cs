using System.Text;
using System.Text.Json;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Timelines;

/// <summary>A stored entry that is not what it should be costs none of its neighbours anything.</summary>
public sealed class DamagedEntryTests
{
    public static TheoryData<string> Damages => ["", "no json", "{\"cut\":", "[]", "null", "{}", "{\"contact\":{\"account\":null}}", "{\"by\":\"bob\",\"peer\":\"bob\",\"what\":5,\"upTo\":1e99}", "{\"a\":\"\u00ff\"}"];

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Log_WithDamagedEntriesOfEveryKind_IsReplayedWithoutThem(string damage)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann", "bob");
        await GrainWorld.BefriendAsync(await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        Damage(world, "ann", damage);

        // Read at a time: what another process would find.
        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");

        var page = ann.Pages["ann"];
        Assert.Equal("bob", Assert.Single(page.Contacts).Account);
        Assert.Equal("\"behind it\"", page.Custom["last"]);
        (await ann.SendAsync("bob", "goes on")).ShouldBeDone();
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task History_WithDamagedEntries_IsJsonAllTheSame(string damage)
    {
        await using var world = await GrainWorld.StartAsync();
        await world.RegisterAsync("ann");
        Damage(world, "ann", damage);
        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");

        var history = (await world.Account("ann").ReadHistoryAsync(ann.Id, new HistoryQuery { Limit = 100 })).ShouldBeDone();

        Assert.All(history.Entries, entry => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(entry.Data).ValueKind));
        Assert.Equal(world.Store.All("ann").Select(entry => entry.Seq), history.Entries.Select(entry => entry.Seq));
    }

    [Fact]
    public async Task Group_WithADamagedEntry_IsTakenOverPastIt()
    {
        await using var world = await GrainWorld.StartAsync();
        var circle = await world.CircleAsync("ann", "bob");
        var group = await world.GroupAsync(circle["ann"], "bob");
        world.Store.AppendBehindTheBack(group, Entry(world, group, EntryKind.Message, "no json"));
        world.Store.AppendBehindTheBack(group, Entry(world, group, EntryKind.Group, "{\"what\":\"role\",\"role\":\"77\"}"));
        await world.RestartAsync();
        var ann = await world.SignInAsync("ann");
        var bob = await world.SignInAsync("bob");

        (await ann.SendAsync(group, "goes on")).ShouldBeDone();

        await Eventually.TrueAsync(
            () => world.Store.All("bob").Count(entry => entry.Peer == group && entry.Data is not null && Encoding.UTF8.GetString(entry.Data).Contains("goes on", StringComparison.Ordinal)) == 1,
            "the message behind the damaged ones, once");
        var taken = world.Store.All("bob").Where(entry => entry.Peer == group).Select(entry => entry.PeerSeq).ToArray();
        Assert.Equal(taken.Distinct(), taken);
        Assert.Equal(2, (await bob.GetGroupAsync(group)).ShouldBeDone().Members.Length);
    }

    [Fact]
    public void Entries_ThatAreWhole_AreTheSame()
    {
        IReadOnlyList<TimelineEntry> entries = [new() { Seq = 1, Kind = EntryKind.Message, At = 1, Data = "{\"a\":[{}]}"u8.ToArray() }];

        Assert.Same(entries, entries.Whole());
    }

    /// <summary>An entry of every kind with that data, and one that is in order behind them.</summary>
    private static void Damage(GrainWorld world, string account, string data)
    {
        foreach (var kind in Enum.GetValues<EntryKind>())
        {
            world.Store.AppendBehindTheBack(account, Entry(world, account, kind, data));
        }

        world.Store.AppendBehindTheBack(account, Entry(world, account, EntryKind.Custom, "{\"key\":\"last\",\"value\":\"behind it\"}"));
    }

    private static TimelineEntry Entry(GrainWorld world, string log, EntryKind kind, string data) => new()
    {
        Seq = world.Store.All(log).Select(entry => entry.Seq).LastOrDefault() + 1,
        Kind = kind,
        At = 1_790_000_000_000,
        Peer = kind is EntryKind.Message or EntryKind.Receipt ? "bob" : null,
        Data = Encoding.Latin1.GetBytes(data),
    };
}
