using OrleansIM.Grains.Tests.Support;

namespace OrleansIM.Grains.Tests.Messages;

/// <summary>Unread counts against the simplest model there is: what came after the highest seq that was read.</summary>
public sealed class UnreadTests
{
    private static readonly string[] s_writers = ["ann", "cat"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Unread_AnySequenceOnTwoDevices_IsWhatTheModelSays(int seed)
    {
        await using var world = await GrainWorld.StartAsync(
            ("Timelines:SnapshotEvery", "7"), ("Timelines:RecentEntries", "5"), ("Timelines:ResumeLimit", "12"), ("Accounts:DeliveryReceiptDelay", "00:00:00.02"));
        await world.FriendsAsync("ann", "bob", "cat");
        var random = new Random(seed);
        var model = s_writers.ToDictionary(writer => writer, _ => 0L);
        var sessions = await SignInAsync(world);

        for (var step = 0; step < 60; step++)
        {
            var read = random.Next(5) switch
            {
                0 => await SendAndReadAtOnceAsync(world, sessions, random),
                1 => await ReadAsync(world, sessions["bob"], random),
                2 => await ReadAsync(world, sessions["bobToo"], random),
                3 when random.Next(4) == 0 => await RestartAsync(world, sessions),
                _ => await SendAsync(sessions, random, random.Next(1, 5)),
            };
            if (read is { } upTo)
            {
                model[upTo.Writer] = Math.Max(model[upTo.Writer], upTo.Seq);
            }

            await CompareAsync(world, model, random, step);
        }
    }

    private static async Task<(string Writer, long Seq)?> SendAsync(Dictionary<string, TestSession> sessions, Random random, int count)
    {
        await sessions[s_writers[random.Next(2)]].SendManyAsync("bob", count);
        return null;
    }

    private static async Task<(string Writer, long Seq)?> ReadAsync(GrainWorld world, TestSession device, Random random)
    {
        var (writer, upTo) = (s_writers[random.Next(2)], random.NextInt64(world.Store.All("bob").Count + 1));
        (await world.ReadAsync(device, writer, upTo)).ShouldBeDone();
        return (writer, upTo);
    }

    private static async Task<(string Writer, long Seq)?> SendAndReadAtOnceAsync(GrainWorld world, Dictionary<string, TestSession> sessions, Random random)
    {
        var reading = ReadAsync(world, sessions["bob"], random);
        await Task.WhenAll(SendAsync(sessions, random, 3), SendAsync(sessions, random, 3), reading);
        return await reading;
    }

    private static async Task<(string Writer, long Seq)?> RestartAsync(GrainWorld world, Dictionary<string, TestSession> sessions)
    {
        await world.RestartAsync();
        foreach (var (name, session) in await SignInAsync(world))
        {
            sessions[name] = session;
        }

        return null;
    }

    private static async Task<Dictionary<string, TestSession>> SignInAsync(GrainWorld world) => new()
    {
        ["ann"] = await world.SignInAsync("ann"),
        ["cat"] = await world.SignInAsync("cat"),
        ["bob"] = await world.SignInAsync("bob"),
        ["bobToo"] = await world.SignInAsync("bob"),
    };

    /// <summary>A page, and a page that is resumed somewhere, count what the log says.</summary>
    private static async Task CompareAsync(GrainWorld world, Dictionary<string, long> model, Random random, int step)
    {
        var head = world.Store.All("bob")[^1].Seq;
        foreach (var cursor in new long?[] { null, head - random.NextInt64(Math.Min(head, 12)) })
        {
            var session = await world.SignInAsync("bob", cursor);
            var page = session.Pages["bob"];
            foreach (var writer in s_writers)
            {
                var expected = world.MessagesFrom("bob", writer).Count(message => message.Seq > model[writer] && message.Seq <= page.Cursor);
                Assert.True(
                    expected == page.Unread.GetValueOrDefault(writer),
                    $"step {step}, cursor {cursor}: {page.Unread.GetValueOrDefault(writer)} unread of {writer}, expected {expected}");
            }

            await world.CloseAsync(session);
        }
    }
}
