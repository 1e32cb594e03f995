using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Actions;

/// <summary>Links and roles change while everything goes on. What anybody may see meanwhile is in doubt, and certain again after.</summary>
internal static class Links
{
    private const double MasterShare = 0.3;

    // A call that nobody waits for any more may lie in a process that stands still, and be done when it goes on.
    private static readonly TimeSpan s_longestCall = TimeSpan.FromSeconds(60);

    /// <summary>Somebody takes an account out, gives one another role, or links one again that was taken out.</summary>
    public static async Task ChangeAsync(LoadRun run, Arrival arrival, CancellationToken stop)
    {
        var now = Stopwatch.GetTimestamp();
        if (run.People.PickOnline(arrival.Random, person => person.Accounts.Count > 1 && person.AreLinksStill(now) && person.TryTake()) is not { } person)
        {
            run.Counters.Skip();
            return;
        }

        try
        {
            await SignIns.QuietAsync(person);
            await ChangeAsync(run, person, arrival.Random, stop);
        }
        finally
        {
            person.Release();
        }
    }

    private static async Task ChangeAsync(LoadRun run, Person person, Random random, CancellationToken stop)
    {
        if (person.Main is not { } device || (person.MustAskLinks() && !await AskAsync(run, person, device, stop)))
        {
            return;
        }

        var account = person.Accounts.Find(one => !one.IsLinked) ?? person.Accounts[1 + random.Next(person.Accounts.Count - 1)];
        run.DoubtLinks(person);

        // Who leaves a session and comes back begins anew there, so what was said of it before may hold or not.
        run.Presences.Forget(device, account);
        try
        {
            if (!account.IsLinked)
            {
                var role = random.NextDouble() < MasterShare ? "master" : "secondary";
                var result = await device.Client.AddLinksAsync([new LinkRequest(account.Name, LoadRun.Password, role)], CancellationToken.None);
                if (result.Linked.Count == 0)
                {
                    // A gateway that has lost the answer with a silo asks again, and then it is linked already.
                    await AskAsync(run, person, device, stop);
                    return;
                }

                (account.IsLinked, account.IsMaster) = (true, role == "master");
            }
            else if (random.Next(2) == 0)
            {
                await device.Client.RemoveLinkAsync(account.Name, CancellationToken.None);
                (account.IsLinked, account.IsMaster) = (false, false);
            }
            else
            {
                await device.Client.SetRoleAsync(account.Name, account.IsMaster ? "secondary" : "master", CancellationToken.None);
                account.IsMaster = !account.IsMaster;
            }

            run.SettleLinks(person);
        }
        catch (ImException refused)
        {
            // The server knows, when all of it is over.
            run.Counters.Error(refused.Code);
            person.DoubtLinks(until: Stopwatch.GetTimestamp() + (long)(s_longestCall.TotalSeconds * Stopwatch.Frequency));
        }
    }

    /// <summary>False if the run has ended before there was an answer.</summary>
    private static async Task<bool> AskAsync(LoadRun run, Person person, Device device, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var group = await device.Client.ListLinksAsync(stop);
                foreach (var account in person.Accounts.Skip(1))
                {
                    var member = group.Members.FirstOrDefault(member => member.Account == account.Name);
                    run.Presences.Forget(device, account);
                    (account.IsLinked, account.IsMaster) = (member is not null, member?.Role == "master");
                }

                run.SettleLinks(person);
                return true;
            }
            catch (Exception failed) when (failed is ImException or OperationCanceledException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        return false;
    }
}
