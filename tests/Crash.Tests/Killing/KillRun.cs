using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace OrleansIM.Crash.Tests.Killing;

/// <summary>
/// Processes, one after the other, each with a silo on every store, and each killed at a random moment: while it starts or
/// recovers, right after it has begun to write, or under full load with commits under way. A kill is one of every store, each
/// in another state of its own.
/// </summary>
/// <remarks>
/// What it costs: the start of a process is most of a kill, and most of that is compiling, which silos share. With
/// Orleans a start takes 1.4 s of processor time for one on SQLite, and 1.6 s for two.
/// </remarks>
internal sealed class KillRun(ITestOutputHelper output, params KilledStore[] stores)
{
    /// <summary>A seed to repeat a run with; the moments of the operating system it cannot repeat.</summary>
    public const string SeedVariable = "ORLEANSIM_CRASH_SEED";

    /// <summary>How many processes in each part, for longer runs by hand.</summary>
    public const string KillsVariable = "ORLEANSIM_CRASH_KILLS";

    /// <summary>How many stores of one kind a process has.</summary>
    public const int StoresOfAKind = 4;

    /// <summary>Two hundred kills of each kind of store, in parts, so that something is heard of them now and then, and two run at a time.</summary>
    public const int Parts = 6;

    private const int DefaultKills = (200 + (Parts * StoresOfAKind) - 1) / (Parts * StoresOfAKind);

    private const int MostAwaited = 60;

    public static TheoryData<int> OddParts => [.. Enumerable.Range(1, Parts).Where(part => part % 2 == 1)];

    public static TheoryData<int> EvenParts => [.. Enumerable.Range(1, Parts).Where(part => part % 2 == 0)];

    public async Task RunAsync(int part)
    {
        var seed = Setting(SeedVariable) ?? Random.Shared.Next();
        var kills = Setting(KillsVariable) ?? DefaultKills;
        output.WriteLine($"seed {seed}: {SeedVariable}={seed} repeats it");
        var random = new Random(seed + part);
        var watch = Stopwatch.StartNew();
        var (start, early) = (TimeSpan.FromSeconds(1), 0);
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                await using var child = CrashChild.Start(stores);

                // Half of them, the last one too, come so far that there is something to look at.
                var isLast = kill == kills - 1;
                if (!isLast && early < kills / 2 && random.Next(4) == 0)
                {
                    await Task.Delay(start * random.NextDouble());
                    early++;
                }
                else
                {
                    var started = Stopwatch.GetTimestamp();
                    await child.ReadyAsync();
                    start = Stopwatch.GetElapsedTime(started);
                    await CheckAsync(check => check.CheckAsync());
                    await child.GoAsync(stores.SelectMany(store => Book.Accounts.Select(account => store.Book.Next(account, isNew: random.Next(2) == 0))));
                    await LoadAsync(random, least: isLast ? Math.Min(kills * 2, MostAwaited) : 0);
                }

                await child.KillAsync();
            }

            await using var last = CrashChild.Start(stores);
            await last.ReadyAsync();
            await CheckAsync(check => check.CheckAllAsync());
        }
        catch (Exception failure)
        {
            throw new InvalidOperationException($"seed {seed}: {failure.Message}", failure);
        }

        foreach (var (name, _, check, book) in stores)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {kills} kills ({early} at start) in {watch.Elapsed.TotalSeconds:0} s; {book.Acknowledged} acknowledged, {check.Messages} stored, {check.Blocks} blocks, {book.Repeated} asked for again; {book.Troubles}"));
            Assert.True(book.Acknowledged >= kills * 2, $"{name}: {book.Acknowledged} messages are no load");
        }

        // Of one store there may be none: its last kills met nothing that was not answered.
        Assert.True(kills < DefaultKills || stores.Sum(store => store.Book.Repeated) > 0, "no message was asked for again");
    }

    private async Task CheckAsync(Func<LogCheck, Task> check)
    {
        foreach (var store in stores)
        {
            try
            {
                await check(store.Check);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{store.Name}: {failure.Message}", failure);
            }
        }
    }

    /// <summary>
    /// Right after the writers were told to begin, or after some answers of each store: not after some time, so that it is
    /// load on a slow machine too. Commits are under way at any moment of it.
    /// </summary>
    private async Task LoadAsync(Random random, int least)
    {
        if (least > 0 || random.Next(3) > 0)
        {
            foreach (var (name, _, _, book) in stores)
            {
                var enough = book.Acknowledged + least + random.Next(1, MostAwaited);
                await Eventually.TrueAsync(() => book.Acknowledged >= enough, $"{enough} answers of {name}; {book.Troubles}", TimeSpan.FromSeconds(60));
            }
        }

        await Task.Delay(random.Next(30));
    }

    private static int? Setting(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var value) ? value : null;
}
