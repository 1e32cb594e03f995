using OrleansIM.Grains.Tests.Support;
using OrleansIM.Protocol;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

/// <summary>Several messages in one call are what they would be one by one.</summary>
public sealed class SendManyTests
{
    [Fact]
    public async Task SendMany_ToFriend_AreInBothLogsInOrder()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await FriendsAsync(world);

        var calls = Enumerable.Range(0, 20).Select(call => ann.SendManyAsync([.. Enumerable.Range(call * 25, 25).Select(number => ("bob", $"{number}", $"c{number}"))])).ToArray();
        var sent = (await Task.WhenAll(calls)).SelectMany(call => call.ShouldBeDone().Answers).Select(answer => answer.ShouldBeDone()).ToArray();

        var own = world.Store.All("ann").Where(entry => entry.Kind is EntryKind.Message).ToArray();
        Assert.Equal(sent.Select(message => message.Seq), own.Select(entry => entry.Seq));
        Assert.Equal(sent.Select(message => message.Id), own.Select(entry => entry.Json().GetProperty("id").GetString()));
        foreach (var account in new[] { "ann", "bob" })
        {
            var log = world.Store.All(account);
            Assert.Equal(Enumerable.Range(0, 500).Select(number => $"{number}"), log.Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
            Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        }
    }

    [Fact]
    public async Task SendMany_SameCid_GivesTheSameAnswerOnce()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await FriendsAsync(world);
        var first = (await ann.SendAsync("bob", "old", "c0")).ShouldBeDone();

        var answers = (await ann.SendManyAsync(("bob", "old", "c0"), ("bob", "new", "c1"), ("bob", "new", "c1"))).ShouldBeDone().Answers;

        Assert.Equal(first, answers[0].ShouldBeDone());
        Assert.Equal(answers[1].ShouldBeDone(), answers[2].ShouldBeDone());
        Assert.Equal(["old", "new"], world.Store.All("bob").Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
    }

    [Fact]
    public async Task SendMany_SomeRefused_OthersAreDone()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await FriendsAsync(world);

        var answers = (await ann.SendManyAsync(("nobody", "x", "c1"), ("bob", "hello", "c2"), ("ann", "x", "c3"))).ShouldBeDone().Answers;

        answers[0].ShouldBeRefused(ErrorCodes.UnknownAccount);
        answers[1].ShouldBeDone();
        answers[2].ShouldBeRefused(ErrorCodes.Self);
    }

    [Fact]
    public async Task SendMany_OneFails_OthersAreDone()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await FriendsAsync(world);
        (await ann.SendAsync("bob", "old", "c0")).ShouldBeDone();
        (await ann.SendAsync("bob", "old", "c1")).ShouldBeDone();
        world.Store.BeforeFind = dedupe => throw (dedupe.EndsWith("c0", StringComparison.Ordinal) ? new TimeoutException("slow disk") : new IOException("no disk"));

        var answers = (await ann.SendManyAsync(("bob", "old", "c0"), ("bob", "old", "c1"), ("bob", "new", "c2"))).ShouldBeDone().Answers;

        answers[0].ShouldBeRefused(ErrorCodes.Unavailable);
        answers[1].ShouldBeRefused(ErrorCodes.Internal);
        answers[2].ShouldBeDone();
        Assert.Equal(["old", "old", "new"], world.Store.All("bob").Where(entry => entry.Kind is EntryKind.Message).Select(entry => entry.Body()));
    }

    [Fact]
    public async Task SendMany_OfASessionThatIsNotKnown_IsRefusedAsAWhole()
    {
        await using var world = await GrainWorld.StartAsync();
        var ann = await FriendsAsync(world);
        await ann.CloseAsync();

        (await ann.SendManyAsync(("bob", "x", "c1"), ("bob", "y", "c2"))).ShouldBeRefused(SessionRefusals.UnknownSession);

        Assert.DoesNotContain(world.Store.All("bob"), entry => entry.Kind is EntryKind.Message);
    }

    private static async Task<TestSession> FriendsAsync(GrainWorld world)
    {
        await world.RegisterAsync("ann", "bob");
        var ann = await world.SignInAsync("ann");
        await GrainWorld.BefriendAsync(ann, await world.SignInAsync("bob"));
        return ann;
    }
}
