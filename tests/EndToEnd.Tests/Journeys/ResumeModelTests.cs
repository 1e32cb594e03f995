using OrleansIM.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace OrleansIM.EndToEnd.Tests.Journeys;

/// <summary>
/// Snapshot and live stream join without a gap or a double, whatever happens: one who reads, stops reading, is cut and
/// comes back with any cursor, beside writers that never pause. What he is sent is compared with the log.
/// </summary>
public sealed class ResumeModelTests(ITestOutputHelper output)
{
    private const int Writers = 3, Messages = 400, ResumeLimit = 150;
    private static readonly string s_padding = new('x', 3_000);

    private readonly List<View> _views = [];
    private int _begun;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Session_OnARandomSchedule_SeesExactlyTheLog(int salt)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("ORLEANSIM_RESUME_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed + salt);
        await using var server = await TestServer.StartAsync(
            $"--Timelines:ResumeLimit={ResumeLimit}", "--Timelines:RecentEntries=7", "--Timelines:SnapshotEvery=40", "--Gateway:MaxQueuedBytes=16384");
        using var ann = await server.JoinAsync("ann");
        using var linked = await server.JoinAsync("linked");
        await ann.LinkAsync("secondary", linked.Account);
        string[] accounts = [ann.Account, linked.Account];
        var writers = new List<RawClient>();
        foreach (var _ in Enumerable.Range(0, Writers))
        {
            writers.Add(await server.JoinAsync("writer"));
            await writers[^1].BefriendAsync(ann);
            await writers[^1].BefriendAsync(linked);
        }

        var writing = Task.WhenAll(writers.Select((writer, number) => Task.Run(() => WriteAsync(writer, accounts, new Random(seed + 10 + number)))));
        while (!writing.IsCompleted)
        {
            await LiveAsync(server, ann, accounts, random);
        }

        await writing;
        await LiveAsync(server, ann, accounts, random, toTheEnd: true);
        await CheckAsync(server, ann, accounts);
        writers.ForEach(writer => writer.Dispose());
    }

    private async Task WriteAsync(RawClient writer, string[] accounts, Random random)
    {
        for (var message = 0; message < Messages; message += 5)
        {
            Interlocked.Add(ref _begun, 5);
            var to = accounts[random.Next(accounts.Length)];
            await Task.WhenAll(Enumerable.Range(message, 5).Select(number => writer.MessageAsync(to, $"{number} {s_padding}")));
        }
    }

    /// <summary>One connection from a random cursor to a random end.</summary>
    private async Task LiveAsync(TestServer server, RawClient ann, string[] accounts, Random random, bool toTheEnd = false)
    {
        var resume = accounts.Select(account => (account, Cursor: toTheEnd ? Seen(account) : Cursor(account, random))).Where(one => one.Cursor is not null).ToDictionary(one => one.account, one => one.Cursor!.Value);
        using var reader = await SlowReader.ConnectAsync(server.Address, ann.Token, resume.Count == 0 ? null : resume);
        if (toTheEnd)
        {
            using var fresh = await server.ConnectAsync(ann.Account, ann.Token);
            await Eventually.TrueAsync(
                async () => await reader.ReadAsync(1_000) >= 0 && accounts.All(account => View.Of(account, null, reader.Frames).Last >= fresh.Page(account).Number("cursor")),
                "the end of both logs", RawClient.Patience);
        }

        for (var spells = random.Next(1, 4); spells > 0; spells--)
        {
            // To read on, or to sleep until so many more are written; then the queue of this session is over its limit.
            await reader.ReadAsync(random.Next(1, 60));
            if (random.Next(2) == 0)
            {
                var wakeAt = Math.Min(Volatile.Read(ref _begun) + random.Next(5, 60), Writers * Messages);
                await Eventually.TrueAsync(() => Volatile.Read(ref _begun) >= wakeAt, "the writers to write", RawClient.Patience);
            }
        }

        reader.Cut();
        foreach (var account in accounts)
        {
            _views.Add(View.Of(account, resume.TryGetValue(account, out var cursor) ? cursor : null, reader.Frames));
        }
    }

    /// <summary>Mostly the last that was seen; sometimes an older one, one that never was, or none.</summary>
    private long? Cursor(string account, Random random)
    {
        var seen = Seen(account);
        return random.Next(10) switch
        {
            0 => null,
            1 => seen + 1_000_000,
            2 => long.MaxValue - 1_000,
            3 or 4 => random.NextInt64(0, seen + 1),
            _ => seen,
        };
    }

    private long Seen(string account) => _views.Where(view => view.Account == account).Select(view => view.Last).DefaultIfEmpty().Max();

    private async Task CheckAsync(TestServer server, RawClient ann, string[] accounts)
    {
        using var last = await server.ConnectAsync(ann.Account, ann.Token);
        var resumed = 0;
        foreach (var account in accounts)
        {
            var log = await last.LogAsync(account);
            log.Select(entry => entry.Number("seq")).AssertGapless(1, account);
            foreach (var view in _views.Where(view => view.Account == account))
            {
                view.AssertIs(log, ResumeLimit);
                resumed += view.Resumed ? 1 : 0;
            }

            // Who goes on from the last he saw has seen the end of it at last.
            Assert.Equal(log.Length, Seen(account));
            Assert.True(log.Length >= Messages / 2, $"{account} got only {log.Length} entries");
        }

        output.WriteLine($"{_views.Count} pages, {resumed} of them resumed; {_views.Sum(view => view.Live.Length)} live events");
        Assert.True(resumed > 0 && resumed < _views.Count, "a schedule with and without resuming");
    }
}
