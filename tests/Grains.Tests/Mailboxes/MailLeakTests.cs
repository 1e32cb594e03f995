using System.Text.Json;
using OrleansIM.Grains.Tests.Support;
using OrleansIM.Links;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Mailboxes;

/// <summary>
/// Mail reaches sessions that see the account, and nobody else, in any race of links, sessions and deliveries (mission
/// L14). Every mail's subject is a running number, noted before and after each session's life, so that a mail which was
/// pushed to a session after its end was answered shows.
/// </summary>
public sealed class MailLeakTests
{
    private static readonly string[] s_accounts = ["a1", "a2", "a3"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Mail_InAnyRace_ReachesOnlyWhoSeesTheAccount(int seed)
    {
        await using var world = await GrainWorld.StartAsync(("Mail:LingerSeconds", "1"));
        await world.RegisterAsync(s_accounts);
        var owners = new Dictionary<string, TestSession>();
        foreach (var account in s_accounts)
        {
            owners[account] = await world.SignInAsync(account);
            await world.BindAsync(owners[account], Box(account));
        }

        world.State.MaxDelay = 2;
        var random = new Random(seed);
        var (number, ended) = (0, new List<(TestSession Session, string Account, int At)>());
        for (var round = 0; round < 25; round++)
        {
            var (master, member) = (s_accounts[random.Next(3)], s_accounts[random.Next(3)]);
            var viewer = await world.SignInAsync(master);
            Task[] together =
            [
                DeliverAsync(5),
                master == member ? Task.CompletedTask : owners[master].LinkAsync((member, (LinkRole)random.Next(2))),
                viewer.OpenAsync(member),
                world.MailOf(member).ListMailsAsync(viewer.Id, new OrleansIM.Mailboxes.MailQuery { Mailbox = Box(member), Limit = 3 }),
            ];
            await Task.WhenAll(together);
            await Task.WhenAll(DeliverAsync(5), world.Account(master).RemoveLinkAsync(owners[master].Id, member), viewer.OpenAsync(member));
            if (master != member)
            {
                // Not linked now, whatever it was: a session that still is in sees the account by right.
                var isIn = !(await world.Account(member).ReadEntriesAsync(viewer.Id, 0, 1)).IsRefused;
                if (!isIn)
                {
                    ended.Add((viewer, member, Volatile.Read(ref number)));
                }
            }

            await viewer.CloseAsync();
            ended.Add((viewer, master, Volatile.Read(ref number)));
            await DeliverAsync(3);
        }

        foreach (var account in s_accounts)
        {
            world.Mail.Mailbox(Box(account)).Deliver("x@else.test", "last");
            await world.MailsAsync(owners[account], mail => Subjects(mail.GetRawText()).Contains("last"), "the last mail");
        }

        Assert.NotEmpty(ended);
        foreach (var (session, account, at) in ended)
        {
            var late = Pushes(world, account, session).SelectMany(push => Subjects(System.Text.Encoding.UTF8.GetString(push.Data)))
                .Where(subject => subject == "last" || int.Parse(subject, System.Globalization.CultureInfo.InvariantCulture) > at);
            Assert.Empty(late);
        }

        // Nobody's page has another's mailbox.
        Assert.All(
            world.Gateway.Pushes.OfType<PushedSignal>().Where(push => push.Event is "mail" or "channel"),
            push => Assert.Equal(Box(push.Account), JsonDocument.Parse(push.Data).RootElement.GetProperty("mailbox").GetString()));

        async Task DeliverAsync(int count)
        {
            for (var mail = 0; mail < count; mail++)
            {
                await Task.Delay(Random.Shared.Next(3));
                world.Mail.Mailbox(Box(s_accounts[Random.Shared.Next(3)])).Deliver("x@else.test", $"{Interlocked.Increment(ref number)}");
            }
        }
    }

    private static string Box(string account) => $"{account}@home.test";

    private static IEnumerable<PushedSignal> Pushes(GrainWorld world, string account, TestSession session) =>
        world.Gateway.Pushes.OfType<PushedSignal>().Where(push => push.Event == "mail" && push.Account == account && push.Sessions.Contains(session.Id));

    private static IEnumerable<string> Subjects(string mail) =>
        JsonDocument.Parse(mail).RootElement.GetProperty("new").EnumerateArray().Select(one => one.GetProperty("subject").GetString()!);
}
