using System.Text.Json;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>What tests of conversations have in common.</summary>
internal static class Conversation
{
    /// <summary>Accounts that are all friends of each other, each with a session.</summary>
    public static async Task<TestSession[]> FriendsAsync(this GrainWorld world, params string[] accounts)
    {
        await world.RegisterAsync(accounts);
        var sessions = new List<TestSession>();
        foreach (var account in accounts)
        {
            var session = await world.SignInAsync(account);
            foreach (var friend in sessions)
            {
                await GrainWorld.BefriendAsync(session, friend);
            }

            sessions.Add(session);
        }

        return [.. sessions];
    }

    /// <summary>The receipts in an account's log, in order: by whom, what, up to where.</summary>
    public static (string By, string What, long UpTo)[] Receipts(this GrainWorld world, string account) =>
    [
        .. world.Store.All(account).Where(entry => entry.Kind is EntryKind.Receipt).Select(entry => entry.Json())
            .Select(json => (json.GetProperty("by").GetString()!, json.GetProperty("what").GetString()!, json.GetProperty("upTo").GetInt64())),
    ];

    /// <summary>Those that others gave.</summary>
    public static (string By, string What, long UpTo)[] ReceiptsOfOthers(this GrainWorld world, string account) =>
        [.. world.Receipts(account).Where(receipt => receipt.By != account)];

    /// <summary>The messages that an account got from another, in order.</summary>
    public static TimelineEntry[] MessagesFrom(this GrainWorld world, string account, string peer) =>
        [.. world.Store.All(account).Where(entry => entry.Kind is EntryKind.Message && entry.Peer == peer && entry.Json().GetProperty("from").GetString() == peer)];

    /// <summary>The typing events that a session got: who, and whether it goes on.</summary>
    public static (string From, bool On)[] TypingAt(this GrainWorld world, TestSession session) =>
    [
        .. world.Gateway.Pushes.OfType<PushedSignal>().Where(push => push.Event == "typing" && push.Sessions.Contains(session.Id))
            .Select(push => JsonDocument.Parse(push.Data).RootElement)
            .Select(json => (json.GetProperty("from").GetString()!, json.GetProperty("on").GetBoolean())),
    ];

    /// <summary>Reads what the account has seen: it takes a commit over a moment after the other side was answered.</summary>
    public static async Task<Outcome> ReadAsync(this GrainWorld world, TestSession session, string peer, long upTo)
    {
        var account = world.Account(session.SignedInAs);
        await Eventually.TrueAsync(async () => (await account.RenewSessionsAsync(new RenewSessions { Sessions = [session.Id] })).Head >= upTo, $"{session.SignedInAs} to have seq {upTo}");
        return await account.MarkReadAsync(session.Id, peer, upTo);
    }

    public static Task<Outcome> SetAsync(this GrainWorld world, TestSession session, string key, string? json) =>
        world.Account(session.SignedInAs).SetValueAsync(session.Id, new SetValue { Store = ValueStore.Settings, Key = key, Json = json });

    public static Task CloseAsync(this GrainWorld world, TestSession session) => world.Account(session.SignedInAs).CloseSessionAsync(session.Id);

    /// <summary>Sends messages at once; they come back in the order of the sender's log.</summary>
    public static async Task<SentMessage[]> SendManyAsync(this TestSession session, string to, int count)
    {
        var sent = await Task.WhenAll(Enumerable.Range(0, count).Select(number => session.SendAsync(to, $"{number}")));
        return [.. sent.Select(one => one.ShouldBeDone()).OrderBy(one => one.Seq)];
    }
}
