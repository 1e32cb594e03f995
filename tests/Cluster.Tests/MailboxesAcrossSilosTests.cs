using OrleansIM.Grains.Tests.Support;
using OrleansIM.Mailboxes;
using OrleansIM.Sessions;

namespace OrleansIM.Cluster.Tests;

/// <summary>An account and the bridge of its mailbox on two silos.</summary>
public sealed class MailboxesAcrossSilosTests
{
    private const string Mailbox = "ann@home.test";

    [SkippableTheory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Channel_SiloOfTheBridgeIsLost_OpensElsewhereWhileTheAccountIsOnline(bool isKilled)
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2, ("Accounts:SessionLease", "00:00:20"));
        world.PlaceOn(0);
        await world.RegisterAsync("ann");
        var ann = await world.SignInAsync("ann");
        world.PlaceOn(1);
        Assert.Null(await world.Bridge(Mailbox).KeepOpenAsync("ann", default));
        await world.BindAsync(ann, Mailbox);
        await Eventually.TrueAsync(() => world.Mail.Count("contacts") == 1 && world.Mail.Open == 1, "the channel alone to be open");
        var opened = world.Mail.Count("open");

        if (isKilled)
        {
            await world.KillSiloAsync(1);
        }
        else
        {
            await world.StopSiloAsync(1);
        }

        // Nobody but the gateway does anything, and that is only what it always does.
        await Eventually.TrueAsync(
            async () =>
            {
                // The account itself may have been activated anew, if the lost silo knew where it was.
                if ((await world.Account("ann").RenewSessionsAsync(new RenewSessions { Sessions = [ann.Id] })).Unknown.Length > 0)
                {
                    (await ann.OpenAsync("ann")).ShouldBeDone();
                }

                await Task.Delay(100);
                return world.Mail.Count("open") > opened;
            },
            "another connection to the mail server",
            TimeSpan.FromSeconds(60));
        world.Mail.Mailbox(Mailbox).Deliver("bob@else.test", "after the loss");

        await Eventually.TrueAsync(
            async () => (await ann.OpenAsync("ann")).ShouldBeDone().Page.Mailboxes[0] is { Channel.Status: ChannelStatus.Open, News.Unread: 1 }, "the new mail");
    }

    [SkippableFact]
    public async Task Everything_AcrossTwoSilos_IsAsOnOne()
    {
        AcrossSilosTests.RequireCluster();
        await using var world = await GrainWorld.StartClusterAsync(2);
        var sessions = await world.FriendsAsync("ann", "bob");
        world.PlaceOn(1);
        Assert.Null(await world.Bridge(Mailbox).KeepOpenAsync("ann", default));
        (await world.Account("bob").SetProfileAsync(sessions[1].Id, new OrleansIM.Profiles.SetProfile { Email = "bob@else.test" })).ShouldBeDone();

        await world.BindAsync(sessions[0], Mailbox);
        world.Mail.Mailbox(Mailbox).Deliver("bob@else.test", "hello", "from bob@else.test");

        var mail = await world.MailsAsync(sessions[0], mail => mail.GetProperty("badge").TryGetProperty("bob", out _), "bob's badge");
        Assert.Equal("bob", mail.GetProperty("new")[0].GetProperty("mentions")[0].GetProperty("friend").GetProperty("account").GetString());
        var listed = (await world.MailOf("ann").ListMailsAsync(sessions[0].Id, new MailQuery { Mailbox = Mailbox, Limit = 5 })).ShouldBeDone();
        Assert.Equal("bob", Assert.Single(listed.Mails).From.Friend!.Account);
        Assert.Equal(["bob"], (await world.MailAsync(sessions[0], Mailbox, ["bob"])).ShouldBeDone().Sent);
        Assert.Equal("ann", (await world.Bridge(Mailbox).SignInAsync(FakeMailServer.PasswordOf(Mailbox))).ShouldBeDone().Account);
        (await world.TryBindAsync(sessions[1], Mailbox)).ShouldBeRefused(OrleansIM.Protocol.ErrorCodes.MailboxTaken);
        (await world.MailOf("ann").UnbindMailboxAsync(sessions[0].Id, Mailbox)).ShouldBeDone();
        (await world.TryBindAsync(sessions[1], Mailbox)).ShouldBeDone();
    }
}
