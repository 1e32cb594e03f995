using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Town;
using OrleansIM.Protocol;

namespace OrleansIM.LoadTest.Actions;

/// <summary>Writing and reading.</summary>
internal static class Messages
{
    private const double SideShare = 0.3;

    /// <summary>Refusals that say for certain that a message was not stored.</summary>
    private static readonly string[] s_refusals =
    [
        ErrorCodes.Forbidden, ErrorCodes.NotFriends, ErrorCodes.Blocked, ErrorCodes.InvalidArgument, ErrorCodes.TooLarge, ErrorCodes.UnknownAccount,
    ];

    /// <summary>Somebody writes to a friend, as one of the accounts that the session has.</summary>
    public static async Task SendAsync(LoadRun run, Arrival arrival)
    {
        var random = arrival.Random;
        if (run.People.PickOnline(random, static person => !person.IsTaken) is not { } person || Speaker(run, person, random) is not { } speaker)
        {
            run.Counters.Skip();
            return;
        }

        var (device, account) = speaker;
        var friend = account.Friends[random.Next(account.Friends.Count)];
        var ledger = run.World.Ledger;
        var conversation = ledger.Open(account.Number, friend.Number);
        person.BeginSending();
        var mark = Ledger.Begin(conversation, arrival.Intended, Stopwatch.GetTimestamp(), IsSignedIn(run, friend));
        run.Counters.Send();
        try
        {
            var sent = await device.Client.SendAsync(account.Name, friend.Name, mark.Body(run.Name, run.Settings.BodyBytes), mark.Cid(run.Name));
            var now = Stopwatch.GetTimestamp();
            run.Meters.Acknowledgement.Record(ledger.Acknowledged(mark, sent.Seq, now), now);
            run.Counters.Acknowledge();
        }
        catch (ImException refused)
        {
            run.Counters.Error(refused.Code);
            if (s_refusals.Contains(refused.Code))
            {
                ledger.Refused(mark);
            }
        }
        finally
        {
            person.EndSending();
        }
    }

    /// <summary>Somebody reads what a friend wrote.</summary>
    public static async Task ReadAsync(LoadRun run, Arrival arrival)
    {
        if (run.People.PickOnline(arrival.Random, static person => !person.IsTaken) is not { } person || person.Main is not { } device
            || device.Client.Pages.Values.FirstOrDefault(page => page.Unread.Count > 0) is not { } page)
        {
            run.Counters.Skip();
            return;
        }

        try
        {
            await device.Client.MarkReadAsync(page.Account, page.Unread.Keys.First(), page.Cursor);
        }
        catch (ImException refused)
        {
            run.Counters.Error(refused.Code);
        }
    }

    /// <summary>Whether a session of the account's owner has it for certain, connected right now or not.</summary>
    private static bool IsSignedIn(LoadRun run, Account account) =>
        account.Owner.Main is { } device && run.World.Rights.MaySee(device.Viewer.Number, account.Number) is true;

    /// <summary>A session of the person, and an account that it has for certain.</summary>
    private static (Device Device, Account Account)? Speaker(LoadRun run, Person person, Random random)
    {
        var device = person.Side is { IsOpen: true } side && random.NextDouble() < SideShare ? side : person.Main;
        if (device is null)
        {
            return null;
        }

        var first = random.Next(person.Accounts.Count);
        for (var i = 0; i < person.Accounts.Count; i++)
        {
            var account = person.Accounts[(first + i) % person.Accounts.Count];
            if (account.Friends.Count > 0 && run.World.Rights.MaySee(device.Viewer.Number, account.Number) is true && device.Client.Pages.ContainsKey(account.Name))
            {
                return (device, account);
            }
        }

        return null;
    }
}
