using OrleansIM.Grains.Tests.Support;
using OrleansIM.Timelines;

namespace OrleansIM.Cluster.Tests;

/// <summary>Receipts between accounts on different silos: through the outbox, and once.</summary>
public sealed class ReceiptsAcrossSilosTests
{
    [SkippableFact]
    public async Task Read_OnAnotherSilo_ReachesTheSenderOnceAndOnlyGrows()
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2, ("Accounts:DeliveryReceiptDelay", "00:01:00"));
        var sessions = await world.FriendsAsync("a1", "a2");
        var sent = await sessions[0].SendManyAsync("a2", 20);
        await Eventually.TrueAsync(() => world.MessagesFrom("a2", "a1").Length == 20, "twenty messages");
        var got = world.MessagesFrom("a2", "a1");
        var deferred = world.Store.Deferred;

        var random = new Random(3);
        await Task.WhenAll(Enumerable.Range(0, 15).Select(async _ => (await world.ReadAsync(sessions[1], "a1", got[random.Next(19)].Seq)).ShouldBeDone()));
        (await world.ReadAsync(sessions[1], "a1", got[19].Seq)).ShouldBeDone();

        Assert.True(world.Store.Deferred > deferred, "both accounts are on one silo");
        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox");
        var receipts = world.ReceiptsOfOthers("a1");
        Assert.All(receipts, receipt => Assert.Equal(("a2", "read"), (receipt.By, receipt.What)));
        Assert.Equal(receipts.Select(receipt => receipt.UpTo).Distinct().Order(), receipts.Select(receipt => receipt.UpTo));
        Assert.Equal(sent[19].Seq, receipts[^1].UpTo);
        Assert.Equal(world.Receipts("a2").Length, receipts.Length);
    }

    [SkippableFact]
    public async Task Read_SendersStoreFailsForAWhile_IsToldWithoutTheClientsHelp()
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2, ("Accounts:DeliveryReceiptDelay", "00:01:00"));
        var sessions = await world.FriendsAsync("a1", "a2");
        var sent = (await sessions[0].SendAsync("a2", "hello")).ShouldBeDone();
        await Eventually.TrueAsync(() => world.MessagesFrom("a2", "a1").Length == 1, "the message");
        world.Store.BeforeAppend = batch => batch.Any(row => row.Completes is not null) ? throw new IOException("no disk") : Task.CompletedTask;

        (await world.ReadAsync(sessions[1], "a1", world.MessagesFrom("a2", "a1")[0].Seq)).ShouldBeDone();

        Assert.Single(world.Receipts("a2"));
        Assert.Equal(1, world.Store.Waiting);
        world.Store.BeforeAppend = null;
        await Eventually.TrueAsync(() => world.Store.Waiting == 0, "an empty outbox", TimeSpan.FromSeconds(30));
        Assert.Equal([("a2", "read", sent.Seq)], world.Receipts("a1"));
    }

    [SkippableFact]
    public async Task Delivered_OnAnotherSilo_IsAReceiptForTheBatch()
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await world.FriendsAsync("a1", "a2", "a3", "a4");

        var sent = await Task.WhenAll(sessions[0].SendManyAsync("a2", 50), sessions[2].SendManyAsync("a2", 50), sessions[3].SendManyAsync("a2", 50));

        foreach (var (sender, messages) in new[] { "a1", "a3", "a4" }.Zip(sent))
        {
            await Eventually.TrueAsync(() => world.Receipts(sender).Contains(("a2", "delivered", messages[^1].Seq)), $"the receipt at {sender}", TimeSpan.FromSeconds(20));
            Assert.InRange(world.Receipts(sender).Length, 1, 10);
            var log = world.Store.All(sender);
            Assert.Equal(Enumerable.Range(1, log.Count).Select(seq => (long)seq), log.Select(entry => entry.Seq));
        }

        Assert.DoesNotContain(world.Store.All("a2"), entry => entry.Kind is EntryKind.Receipt);
    }
}
