using System.Diagnostics;
using OrleansIM.Client;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Town;

namespace OrleansIM.LoadTest.Load;

/// <summary>
/// At the end: every log is read from its beginning, every session has to have all of every log it is entitled to, and
/// pages that it is entitled to and no others.
/// </summary>
internal sealed class Verification(LoadRun run, Action<string> progress)
{
    private const int PageSize = 200;

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = 8 };
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(run.Settings.Patience);
    private long _entries;

    /// <summary>Entries that were read.</summary>
    public long Entries => _entries;

    public async Task RunAsync(CancellationToken stop)
    {
        _parallel.CancellationToken = stop;
        progress($"reading {run.People.Accounts.Count} logs");

        // Senders and recipients may be out of step for a moment on a cluster; what is missing is looked for again.
        var watch = Stopwatch.StartNew();
        IReadOnlyCollection<int> unread = [.. run.People.Accounts.Select(account => account.Number)];
        while (true)
        {
            await Parallel.ForEachAsync(unread, _parallel, async (number, _) => await ReadLogAsync(run.People.Of(number), stop));
            unread = [.. run.World.Ledger.Incomplete()];
            if (unread.Count == 0 || watch.Elapsed > _patience)
            {
                break;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(500), stop);
        }

        run.World.Ledger.Conclude();
        progress("waiting until every session has everything");
        await Task.WhenAll(run.People.All.SelectMany(person => new[] { person.Main, person.Side }).OfType<Device>().Select(device => CatchUpAsync(device, stop)));
        await WaitForPresenceAsync(stop);
        await Task.WhenAll(run.Shared.Lingering);
    }

    private async Task ReadLogAsync(Account account, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await ReadAsync(account, stop);
                return;
            }
            catch (ImException refused) when (refused.CanRetry && watch.Elapsed < _patience + TimeSpan.FromSeconds(30))
            {
                await Task.Delay(s_pause, stop);
            }
            catch (ImException refused)
            {
                throw new LoadException($"The log of {account} could not be read, so nothing can be said about it: {refused.Code}: {refused.Message}", refused);
            }
        }
    }

    private async Task ReadAsync(Account account, CancellationToken stop)
    {
        if (account.Owner.Main is { IsOpen: true } main && main.Client.Pages.ContainsKey(account.Name))
        {
            await ReadAsync(main.Client, account, stop);
            return;
        }

        // Whoever is not in a session that is there reads for himself.
        await using var client = new ImClient(new ImClientOptions { Server = run.Server.Gateways[0], HttpHandler = run.Http, RequestTimeout = run.RequestTimeout });
        await client.SignInAsync(account.Name, LoadRun.Password, stop);
        await ReadAsync(client, account, stop);
    }

    private async Task ReadAsync(ImClient client, Account account, CancellationToken stop)
    {
        var log = run.World.Ledger.Log(account.Number);
        while (true)
        {
            var page = await client.HistoryAsync(account.Name, after: log.ReadUpTo, limit: PageSize, ct: stop);
            foreach (var entry in page.Events)
            {
                Take(account, log, entry);
            }

            if (!page.More)
            {
                return;
            }
        }
    }

    private void Take(Account account, AccountLog log, ImEvent entry)
    {
        var seq = entry.Seq.GetValueOrDefault();
        if (seq != log.ReadUpTo + 1)
        {
            run.World.Findings.Add(seq > log.ReadUpTo ? Fault.Gap : Fault.Duplicated, $"the log of {account} has {seq} after {log.ReadUpTo}");
        }

        log.ReadUpTo = Math.Max(seq, log.ReadUpTo);
        Interlocked.Increment(ref _entries);
        if (entry is MessageReceived message && MessageMark.TryReadBody(System.Text.Encoding.UTF8.GetBytes(message.Body), run.Name, out var mark))
        {
            run.World.Ledger.Saw(account.Number, seq, mark, inLog: true);
        }
        else
        {
            run.World.Ledger.SawOther(account.Number, seq);
        }
    }

    /// <summary>A session gets a while; what it lacks then is lost to it.</summary>
    private async Task CatchUpAsync(Device device, CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var wrong = Missing(device).ToList();
        while (wrong.Count > 0 && watch.Elapsed < _patience && !device.HasEnded)
        {
            await Task.Delay(s_pause, stop);
            wrong = [.. Missing(device)];
        }

        if (device.HasEnded)
        {
            run.World.Findings.Add(Fault.Lost, $"{device.Label} was ended by the server");
            return;
        }

        foreach (var (fault, words, count) in wrong)
        {
            run.World.Findings.Add(fault, words, count);
        }
    }

    private IEnumerable<(Fault Fault, string Words, long Count)> Missing(Device device)
    {
        var cursors = device.Cursors;
        foreach (var account in device.Viewer.Owner.Accounts)
        {
            var maySee = run.World.Rights.MaySee(device.Viewer.Number, account.Number);
            var isThere = cursors.TryGetValue(account.Number, out var cursor);
            if (maySee is false && isThere)
            {
                yield return (Fault.Leak, $"{device.Label} still has the page of {account}, which it is not entitled to", 1);
            }
            else if (maySee is true && !isThere)
            {
                yield return (Fault.Lost, $"{device.Label} has no page of {account}", 1);
            }
            else if (maySee is true && run.World.Ledger.Log(account.Number).ReadUpTo is var last && cursor < last)
            {
                yield return (Fault.Lost, $"{device.Label} never got {cursor + 1} to {last} of {account}", last - cursor);
            }
        }
    }

    private async Task WaitForPresenceAsync(CancellationToken stop)
    {
        var watch = Stopwatch.StartNew();
        var wrong = run.Presences.Wrong();
        while (wrong.Count > 0 && watch.Elapsed < _patience)
        {
            await Task.Delay(s_pause, stop);
            wrong = run.Presences.Wrong();
        }

        foreach (var words in wrong)
        {
            run.World.Findings.Add(Fault.Stale, words);
        }
    }
}
