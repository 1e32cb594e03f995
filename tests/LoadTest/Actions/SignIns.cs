using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Actions;

/// <summary>Coming and going.</summary>
internal static class SignIns
{
    private static readonly TimeSpan s_answers = TimeSpan.FromSeconds(60);

    /// <summary>A person who was taken signs in; true if that worked.</summary>
    /// <param name="run">The run.</param>
    /// <param name="person">Who.</param>
    /// <param name="intended">When it should have begun.</param>
    /// <param name="stop">Gives up.</param>
    public static async Task<bool> SignInAsync(LoadRun run, Person person, long intended, CancellationToken stop)
    {
        var device = new Device(person.First, run);
        try
        {
            await device.SignInAsync(run.Settings.SignIn == "token" ? person.Token : null, stop);
            run.Meters.SignedIn(device.Client.Pages.Count, intended, Stopwatch.GetTimestamp());
            run.Counters.SignIn();
            person.Token = device.Client.Token;
            foreach (var account in person.Accounts)
            {
                if (run.World.Rights.MaySee(person.First.Number, account.Number) is true && !device.Client.Pages.ContainsKey(account.Name))
                {
                    run.Counters.Error("a page was missing at ready");
                }
            }

            person.Main = device;
            return true;
        }
        catch (Exception failed) when (failed is ImException or OperationCanceledException)
        {
            run.Counters.Error(failed is ImException refused ? refused.Code : "given up");
            await device.DisposeAsync();
            return false;
        }
    }

    /// <summary>A person who was taken signs out: by leaving, or, where passwords are used, by letting the token die.</summary>
    public static async Task SignOutAsync(LoadRun run, Person person)
    {
        if (person.Main is not { } device)
        {
            return;
        }

        await QuietAsync(person);
        person.Main = null;
        try
        {
            if (run.Settings.SignIn == "password")
            {
                await device.Client.SignOutAsync();
                person.Token = null;
            }
        }
        catch (ImException refused)
        {
            run.Counters.Error(refused.Code);
        }

        await device.DisposeAsync();
    }

    /// <summary>Somebody goes, and is back after a while.</summary>
    public static async Task LeaveAndReturnAsync(LoadRun run, Arrival arrival, CancellationToken stop)
    {
        if (run.People.PickOnline(arrival.Random, static person => person.TryTake()) is not { } person)
        {
            run.Counters.Skip();
            return;
        }

        try
        {
            await SignOutAsync(run, person);
            await Task.Delay(TimeSpan.FromSeconds(0.2 + (arrival.Random.NextDouble() * 2)), CancellationToken.None);
            await SignInAgainAsync(run, person, stop);
        }
        finally
        {
            person.Release();
        }
    }

    /// <summary>A connection breaks.</summary>
    public static void Break(LoadRun run, Arrival arrival)
    {
        if (run.People.PickOnline(arrival.Random, static person => !person.IsTaken) is not { } person)
        {
            run.Counters.Skip();
            return;
        }

        (arrival.Random.Next(4) == 0 && person.Side is { IsOpen: true } side ? side : person.Main)?.Cut();
    }

    /// <summary>Waits until nothing that the person sent is unanswered.</summary>
    public static async Task QuietAsync(Person person)
    {
        for (var watch = Stopwatch.StartNew(); person.Sending > 0 && watch.Elapsed < s_answers;)
        {
            await Task.Delay(10);
        }
    }

    private static async Task SignInAgainAsync(LoadRun run, Person person, CancellationToken stop)
    {
        // Whoever came back too early for a server that is down tries again, as people do.
        while (!await SignInAsync(run, person, Stopwatch.GetTimestamp(), CancellationToken.None) && !stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
