using OrleansIM.Client;
using OrleansIM.LoadTest.Load;

namespace OrleansIM.LoadTest.Actions;

/// <summary>Somebody changes what friends see of an account.</summary>
internal static class Presences
{
    private static readonly string[] s_states = ["online", "away", "busy"];

    public static async Task ChangeAsync(LoadRun run, Arrival arrival)
    {
        var random = arrival.Random;
        if (run.People.PickOnline(random, static person => !person.IsTaken) is not { Main: { } device } person)
        {
            run.Counters.Skip();
            return;
        }

        var account = person.Accounts[random.Next(person.Accounts.Count)];
        if (run.World.Rights.MaySee(device.Viewer.Number, account.Number) is not true)
        {
            run.Counters.Skip();
            return;
        }

        // Two changes of one account at a time may be carried out in either order, as far as this side knows.
        if (!account.TrySay())
        {
            run.Counters.Skip();
            return;
        }

        var status = s_states[random.Next(s_states.Length)];
        // Where another session of the person has a say, what this one says may never be seen.
        var isSeen = person.SideAccount is null && account.Friends.Any(friend => friend.Owner.Main is { IsOpen: true });
        var note = run.Presences.Begin(isSeen ? arrival.Intended : null);
        try
        {
            run.Presences.Forget(device, account);
            await device.Client.SetPresenceAsync(status, note, account.Name);
            run.Presences.Said(device, account, status, note);
            run.Counters.Presence();
        }
        catch (ImException refused)
        {
            run.Counters.Error(refused.Code);
        }
        finally
        {
            account.EndSaying();
        }
    }
}
