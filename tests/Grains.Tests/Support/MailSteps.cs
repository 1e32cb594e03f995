using System.Text.Json;
using Orleans;
using OrleansIM.Mailboxes;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>What tests of mailboxes have in common.</summary>
internal static class MailSteps
{
    public static IAccountMailGrain MailOf(this GrainWorld world, string account) => world.Grains.GetGrain<IAccountMailGrain>(account);

    public static IMailboxBridgeGrain Bridge(this GrainWorld world, string address) => world.Grains.GetGrain<IMailboxBridgeGrain>(address);

    public static Task<Outcome<Mailbox>> TryBindAsync(this GrainWorld world, TestSession session, string address, string? password = null) =>
        world.MailOf(session.SignedInAs).BindMailboxAsync(
            session.Id, new BindMailbox { Address = address, Auth = new MailAuth { Password = password ?? world.Mail.Mailbox(address).Password } });

    /// <summary>Binds a mailbox and waits until its channel is open.</summary>
    public static async Task BindAsync(this GrainWorld world, TestSession session, string address)
    {
        (await world.TryBindAsync(session, address)).ShouldBeDone();
        await world.SeesChannelAsync(session, address, "open");
    }

    public static async Task<Outcome<SentMail>> MailAsync(this GrainWorld world, TestSession session, string mailbox, string[] to, string? cid = null, string[]? addresses = null, long? replyTo = null) =>
        await world.MailOf(session.SignedInAs).SendMailAsync(session.Id, new SendMail
        {
            Mailbox = mailbox,
            To = to,
            ToAddresses = addresses ?? [],
            Subject = "subject",
            Text = "text",
            Cid = cid ?? Guid.NewGuid().ToString("N"),
            ReplyTo = replyTo,
        });

    /// <summary>The data of the ephemeral events of one kind that a session got, in order.</summary>
    public static JsonElement[] Signals(this GrainWorld world, TestSession session, string ev, string? account = null) =>
    [
        .. world.Gateway.Pushes.OfType<PushedSignal>()
            .Where(push => push.Event == ev && push.Account == (account ?? session.SignedInAs) && push.Sessions.Contains(session.Id))
            .Select(push => JsonDocument.Parse(push.Data).RootElement),
    ];

    /// <summary>The states of a channel that a session was told, in order.</summary>
    public static string[] States(this GrainWorld world, TestSession session, string address) =>
        [.. world.Signals(session, "channel").Where(data => data.GetProperty("mailbox").GetString() == address).Select(data => data.GetProperty("state").GetString()!)];

    /// <summary>Waits until the last that a session was told of a channel is this.</summary>
    public static Task SeesChannelAsync(this GrainWorld world, TestSession session, string address, string state) =>
        Eventually.TrueAsync(() => world.States(session, address).LastOrDefault() == state, $"{session.SignedInAs} to see the channel {state}", TimeSpan.FromSeconds(30));

    /// <summary>Waits until the last mail event of a session is like this.</summary>
    public static async Task<JsonElement> MailsAsync(this GrainWorld world, TestSession session, Func<JsonElement, bool> isRight, string what)
    {
        await Eventually.TrueAsync(() => world.Signals(session, "mail").LastOrDefault() is { ValueKind: not JsonValueKind.Undefined } last && isRight(last), what, TimeSpan.FromSeconds(30));
        return world.Signals(session, "mail")[^1];
    }

    public static Task UnreadAsync(this GrainWorld world, TestSession session, int unread) =>
        world.MailsAsync(session, mail => mail.GetProperty("unread").GetInt32() == unread, $"{unread} unread mails at {session.SignedInAs}");
}
