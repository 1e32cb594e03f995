using OrleansIM.Grains.Tests.Support;
using OrleansIM.Grains.Timelines;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Timelines;

public sealed class RetentionTests
{
    private static readonly DateTimeOffset s_now = new(2030, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Theory]
    [InlineData(null, null, 0)]
    [InlineData(100, null, 900)]
    [InlineData(5_000, null, 0)]
    [InlineData(1, null, 999)]
    [InlineData(null, 60, 700)]
    [InlineData(500, 60, 700)]
    [InlineData(100, 60, 900)]
    [InlineData(null, 1, 999)]
    [InlineData(null, 10_000, 0)]
    public void Limit_OfALog_IsTheStricterOfBothAndNeverTheNewest(int? entries, int? minutes, long expected)
    {
        var options = new TimelineOptions { MaxEntries = entries, MaxAge = minutes is { } age ? TimeSpan.FromMinutes(age) : null };
        LogMark[] marks = [At(300, 120), At(700, 61), At(900, 59), At(1_000, 2)];

        Assert.Equal(expected, Retention.Limit(options, 1_000, marks, s_now));
    }

    [Fact]
    public void Mark_Often_StaysBoundedAndInOrder()
    {
        LogMark[] marks = [];
        for (var seq = 1; seq <= 10_000; seq++)
        {
            marks = Retention.Mark(marks, seq, trimmed: 5, s_now.AddMinutes(seq));
        }

        Assert.InRange(marks.Length, 32, 64);
        Assert.Equal(marks.OrderBy(mark => mark.Seq), marks);
        Assert.Equal(new LogMark(10_000, s_now.AddMinutes(10_000).ToUnixTimeMilliseconds()), marks[^1]);
        Assert.Empty(Retention.Mark(marks, 10_000, trimmed: 10_000, s_now));
    }

    [Fact]
    public async Task MaxEntries_OfALongLog_KeepsTheNewestAndEverythingTheyAddUpTo()
    {
        await using var world = await GrainWorld.StartAsync(("Timelines:MaxEntries", "100"), ("Timelines:SnapshotEvery", "50"));
        var (ann, bob) = await TalkAsync(world, 300);

        await Eventually.TrueAsync(() => world.Store.All("bob").Count <= 151, "a trimmed log");
        var log = world.Store.All("bob");
        Assert.Equal(Enumerable.Range((int)log[0].Seq, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        await AssertEndsAtAsync(world, bob, log[0].Seq);

        await world.RestartAsync();
        bob = await world.SignInAsync("bob");
        Assert.Equal("Bob the First", bob.Pages["bob"].Profile.DisplayName);
        Assert.Equal("ann", Assert.Single(bob.Pages["bob"].Contacts).Account);
        Assert.InRange(bob.Pages["bob"].Unread["ann"], 100, 151);
        Assert.Equal(log[^1].Seq, bob.Pages["bob"].Head);
        ann = await world.SignInAsync("ann");
        Assert.Equal(world.Store.All("ann")[^1].Seq + 1, (await ann.SendAsync("bob", "on it goes")).ShouldBeDone().Seq);
        await AssertEndsAtAsync(world, bob, world.Store.All("bob")[0].Seq);
    }

    [Fact]
    public async Task MaxAge_Passed_RemovesWhatIsOlderAtTheNextUse()
    {
        await using var world = await GrainWorld.StartAsync(("Timelines:MaxAge", "1.00:00:00"), ("Timelines:SnapshotEvery", "20"));
        var (ann, _) = await TalkAsync(world, 60);
        var old = world.Store.All("bob")[^1].Seq;
        await world.RestartAsync();
        Assert.Equal(1, world.Store.All("bob")[0].Seq);

        world.Clock.Advance(TimeSpan.FromHours(25));
        ann = await world.SignInAsync("ann");
        await world.SignInAsync("bob");
        (await ann.SendAsync("bob", "a day later")).ShouldBeDone();

        await Eventually.TrueAsync(() => world.Store.All("bob")[0].Seq >= old, "a log without yesterday");
        Assert.Equal("a day later", world.Store.All("bob")[^1].Body());
    }

    [Fact]
    public async Task Unlimited_ByDefault_RemovesNothing()
    {
        await using var world = await GrainWorld.StartAsync(("Timelines:SnapshotEvery", "10"));
        await TalkAsync(world, 50);
        await world.RestartAsync();
        world.Clock.Advance(TimeSpan.FromDays(1_000));

        await world.SignInAsync("bob");

        Assert.Equal(1, world.Store.All("bob")[0].Seq);
    }

    private static LogMark At(long seq, int minutesAgo) => new(seq, s_now.AddMinutes(-minutesAgo).ToUnixTimeMilliseconds());

    private static async Task<(TestSession Ann, TestSession Bob)> TalkAsync(GrainWorld world, int messages)
    {
        await world.RegisterAsync("ann", "bob");
        var (ann, bob) = (await world.SignInAsync("ann"), await world.SignInAsync("bob"));
        await GrainWorld.BefriendAsync(ann, bob);
        (await world.Account("bob").SetProfileAsync(bob.Id, new SetProfile { DisplayName = "Bob the First" })).ShouldBeDone();
        for (var some = 0; some < messages; some += 25)
        {
            Assert.All(await Task.WhenAll(Enumerable.Range(some, 25).Select(number => ann.SendAsync("bob", $"message {number}"))), sent => sent.ShouldBeDone());
        }

        return (ann, bob);
    }

    /// <summary>History ends there; who was further back reloads, who was not goes on.</summary>
    private static async Task AssertEndsAtAsync(GrainWorld world, TestSession bob, long first)
    {
        var page = (await world.Account("bob").ReadHistoryAsync(bob.Id, new HistoryQuery { Before = first + 3, Limit = 50 })).ShouldBeDone();
        Assert.Equal([first, first + 1, first + 2], page.Entries.Select(entry => entry.Seq));
        Assert.False(page.More);
        Assert.False((await world.SignInAsync("bob", resumeFrom: 3)).Pages["bob"].Resumed);
        var back = await world.SignInAsync("bob", resumeFrom: first + 60);
        Assert.True(back.Pages["bob"].Resumed);
        Assert.Equal(first + 61, (await world.Account("bob").ReadEntriesAsync(back.Id, first + 60, 500)).ShouldBeDone()[0].Seq);
    }
}
