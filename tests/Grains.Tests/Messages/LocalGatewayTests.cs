using OrleansIM.Grains.Tests.Support;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Messages;

public sealed class LocalGatewayTests
{
    [Fact]
    public async Task Session_GatewayOfThisProcess_IsPushedToWithoutTheCluster()
    {
        await using var world = await GrainWorld.StartAsync();
        var local = new RecordingGateway();
        world.LocalGateways.Add(world.GatewayReference, local);
        var sessions = await world.FriendsAsync("ann", "bob");

        var sent = (await sessions[0].SendAsync("bob", "hello")).ShouldBeDone();
        await Eventually.TrueAsync(() => local.EntriesOf("bob", sessions[1].Id).Any(entry => entry.Kind is EntryKind.Message), "the message");
        (await world.Account("ann").SetTypingAsync(sessions[0].Id, "bob", true)).ShouldBeDone();
        await Eventually.TrueAsync(() => local.Pushes.OfType<PushedSignal>().Any(push => push.Event == "typing"), "the typing");
        (await world.Account("bob").EndSessionAsync(sessions[1].Id, sessions[1].Id)).ShouldBeDone();

        await Eventually.TrueAsync(() => local.EndOf("bob", sessions[1].Id) is SessionEnd.SignedOut, "the end");
        Assert.Contains(local.EntriesOf("ann", sessions[0].Id), entry => entry.Seq == sent.Seq);
        Assert.Empty(world.Gateway.Pushes);
    }
}
