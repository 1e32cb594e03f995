using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.LoadTest.Load;
using OrleansIM.Protocol;

namespace OrleansIM.LoadTest.Town;

/// <summary>Makes the accounts, links and friendships of a run, through the SDK as anybody would. Everybody is online after.</summary>
internal sealed class TownBuilder(LoadRun run, Action<string> progress)
{
    private const int Attempts = 60;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = run.Server.IsOwn ? 24 : 8 };

    public async Task BuildAsync(CancellationToken stop)
    {
        _parallel.CancellationToken = stop;
        progress($"registering {run.People.Accounts.Count} accounts");
        await using (var anybody = new ImClient(new ImClientOptions { Server = run.Server.Gateways[0], HttpHandler = run.Http }))
        {
            await Parallel.ForEachAsync(run.People.Accounts, _parallel, async (account, _) =>
                await InsistAsync(() => RegisterAsync(anybody, account, stop), stop));
        }

        progress($"signing in and linking {run.People.All.Count} people");
        await Parallel.ForEachAsync(run.People.All, _parallel, async (person, _) => await ArriveAsync(person, stop));

        var friendships = run.People.Friendships.ToList();
        progress($"making {friendships.Count} friendships");
        await Parallel.ForEachAsync(friendships, _parallel, async (pair, _) => await BefriendAsync(pair.One, pair.Other, stop));
    }

    private async Task ArriveAsync(Person person, CancellationToken stop)
    {
        person.Main = new Device(person.First, run);
        await InsistAsync(() => person.Main.SignInAsync(null, stop), stop);
        person.Token = person.Main.Client.Token;
        run.DoubtLinks(person);
        if (person.Accounts.Count > 1)
        {
            var links = person.Accounts.Skip(1).Select(account => new LinkRequest(account.Name, LoadRun.Password)).ToList();
            await InsistAsync(() => LinkAsync(person, links, stop), stop);

            // The pages of what was linked come before the answer or after it.
            for (var watch = Stopwatch.StartNew(); person.Main.Client.Pages.Count < person.Accounts.Count; await Task.Delay(10, stop))
            {
                if (watch.Elapsed > run.RequestTimeout)
                {
                    throw new LoadException($"{person.First} was linked, and its session did not get the pages.");
                }
            }
        }

        foreach (var account in person.Accounts)
        {
            account.IsLinked = true;
        }

        run.SettleLinks(person);
        if (person.SideAccount is { } side)
        {
            person.Side = new Device(side, run);
            await InsistAsync(() => person.Side.SignInAsync(null, stop), stop);
            person.SideToken = person.Side.Client.Token;
        }
    }

    private static async Task RegisterAsync(ImClient client, Account account, CancellationToken stop)
    {
        try
        {
            await client.RegisterAsync(account.Name, LoadRun.Password, ct: stop);
        }
        catch (ImException taken) when (taken.Code == ErrorCodes.AccountTaken)
        {
            // The attempt before went through and its answer got lost.
        }
    }

    private static async Task LinkAsync(Person person, List<LinkRequest> links, CancellationToken stop)
    {
        var result = await person.Main!.Client.AddLinksAsync(links, stop);
        var refused = result.Rejected.Where(rejected => rejected.Reason != ErrorCodes.AlreadyLinked).ToArray();
        if (refused.Length > 0)
        {
            throw new LoadException($"{refused[0].Account} could not be linked: {refused[0].Reason}");
        }
    }

    private static async Task BefriendAsync(Account one, Account other, CancellationToken stop)
    {
        await InsistAsync(() => one.Owner.Main!.Client.RequestContactAsync(one.Name, other.Name, ct: stop), stop);

        // On a cluster the request may reach the other side a moment after it was answered; asked for until it is there.
        await InsistAsync(
            async () =>
            {
                var state = await other.Owner.Main!.Client.AcceptContactAsync(other.Name, one.Name, stop);
                if (state != "friend")
                {
                    throw new ImException(ErrorCodes.Unavailable, $"{one} and {other} are not friends but {state}.");
                }
            },
            stop);
    }

    /// <summary>What can succeed when tried again is tried again.</summary>
    private static async Task InsistAsync(Func<Task> attempt, CancellationToken stop)
    {
        for (var i = 1; ; i++)
        {
            try
            {
                await attempt();
                return;
            }
            catch (ImException refused) when (i < Attempts && (refused.CanRetry || refused.Code == ErrorCodes.InvalidArgument))
            {
                await Task.Delay(refused.RetryAfter ?? TimeSpan.FromMilliseconds(100), stop);
            }
            catch (ImException refused)
            {
                throw new LoadException($"The accounts could not be set up: {refused.Code}: {refused.Message}", refused);
            }
        }
    }
}
