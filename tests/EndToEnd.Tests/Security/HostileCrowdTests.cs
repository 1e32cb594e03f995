using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OrleansIM.EndToEnd.Tests.Process;
using OrleansIM.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace OrleansIM.EndToEnd.Tests.Security;

/// <summary>
/// The real server among clients that mean no good: its memory is bounded, and those who are honest get everything, in
/// order. <c>ORLEANSIM_HOSTILE</c> has it with more than in a test run, 10000 for example, and
/// <c>ORLEANSIM_HOSTILE_SECONDS</c> for longer.
/// </summary>
public sealed class HostileCrowdTests(ITestOutputHelper output) : IDisposable
{
    private const int Pairs = 5;

    private readonly TempDirectory _data = new();

    public void Dispose() => _data.Dispose();

    [SkippableFact]
    public async Task Crowd_OfEveryKind_CostsBoundedMemoryAndTakesNothingFromTheHonest()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Memory is read from /proc.");
        var (size, seconds) = (Given("ORLEANSIM_HOSTILE", 200), Given("ORLEANSIM_HOSTILE_SECONDS", 3));
        await using var server = await ChildServer.StartAsync(
            _data.Path, "--Gateway:RegistrationsPerMinute=1000000", "--Serilog:MinimumLevel:Override:OrleansIM.Audit=Fatal", "--Gateway:HelloTimeout=00:00:05", "--Gateway:SlowReaderTimeout=00:00:10");
        var tokens = await AccountsWithHistoryAsync(server.Address, Math.Max(4, size / 100));
        var honest = new List<Honest>();
        for (var i = 0; i < Pairs; i++)
        {
            honest.Add(await Honest.MeetAsync(server.Address, i));
        }

        var quiet = await MeasureAsync(honest, seconds);
        var before = server.ResidentBytes();
        long most;
        (int Made, int Refused) connections;
        long[] among;
        await using (var crowd = new HostileCrowd(server.Address, tokens))
        {
            await crowd.BeginAsync(size);
            using var end = new CancellationTokenSource();
            var (used, since) = (server.ProcessorTime(), Stopwatch.GetTimestamp());
            var watching = WatchAsync(server, end.Token);
            among = await MeasureAsync(honest, seconds);
            await end.CancelAsync();
            (most, connections) = (await watching, crowd.Connections);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the server had {(server.ProcessorTime() - used) / Stopwatch.GetElapsedTime(since):0.00} of {Environment.ProcessorCount} processors"));
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{size} hostile for {seconds} s: {connections.Made} connections, {connections.Refused} refused or cut; memory {before >> 20} MB before, {most >> 20} MB at most"));
        output.WriteLine($"latency of the honest, alone: {Describe(quiet)}; among them: {Describe(among)}");
        Assert.True(most - before < (300L << 20) + (size * 100_000L), $"{size} hostile clients cost {(most - before) >> 20} MB.");
        Assert.All(honest, one => one.AssertHasEverything());
        honest.ForEach(one => one.Dispose());
    }

    private static int Given(string variable, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(variable), CultureInfo.InvariantCulture, out var given) ? given : otherwise;

    private static string Describe(long[] sorted) => string.Create(CultureInfo.InvariantCulture,
        $"{sorted.Length} messages, median {Milliseconds(sorted[sorted.Length / 2]):0.0} ms, p99 {Milliseconds(sorted[sorted.Length * 99 / 100]):0.0} ms");

    private static double Milliseconds(long ticks) => ticks * 1000.0 / Stopwatch.Frequency;

    /// <summary>The hostile have accounts, too, and enough in them to be sent.</summary>
    private static async Task<IReadOnlyList<string>> AccountsWithHistoryAsync(Uri server, int count)
    {
        var tokens = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var account = $"hostile-{i}";
            (await Api.PostAsync(server, "v1/accounts", new { account, password = TestServer.Password })).Expect(201);
            tokens.Add((await Api.PostAsync(server, "v1/login", new { login = account, password = TestServer.Password })).Expect(200).GetProperty("token").GetString()!);
            using var client = await RawClient.OpenAsync(server);
            await client.HelloAsync(account, tokens[i]);
            for (var note = 0; note < 20; note++)
            {
                await client.OkAsync("settings.set", new { @as = account, key = $"k{note}", value = new string('x', 1_000) });
            }
        }

        return tokens;
    }

    private static async Task<long[]> MeasureAsync(IReadOnlyList<Honest> honest, int seconds)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        var latencies = await Task.WhenAll(honest.Select(one => one.WriteAsync(end.Token)));
        return [.. latencies.SelectMany(one => one).Order()];
    }

    private static async Task<long> WatchAsync(ChildServer server, CancellationToken end)
    {
        var most = 0L;
        while (!end.IsCancellationRequested)
        {
            most = Math.Max(most, server.ResidentBytes());
            await Task.Delay(100, CancellationToken.None);
        }

        return most;
    }

    /// <summary>Two friends, one of whom writes.</summary>
    private sealed class Honest : IDisposable
    {
        private readonly RawClient _writer, _reader;
        private readonly List<string> _written = [];

        private Honest(RawClient writer, RawClient reader) => (_writer, _reader) = (writer, reader);

        public static async Task<Honest> MeetAsync(Uri server, int number)
        {
            var clients = new List<RawClient>();
            foreach (var account in (string[])[$"ann-{number}", $"bob-{number}"])
            {
                (await Api.PostAsync(server, "v1/accounts", new { account, password = TestServer.Password })).Expect(201);
                var token = (await Api.PostAsync(server, "v1/login", new { login = account, password = TestServer.Password })).Expect(200).GetProperty("token").GetString()!;
                clients.Add(await RawClient.OpenAsync(server));
                await clients[^1].HelloAsync(account, token);
            }

            await clients[0].BefriendAsync(clients[1]);
            return new Honest(clients[0], clients[1]);
        }

        /// <summary>One message after the other, each until it is there. How long each took, in ticks.</summary>
        public async Task<IReadOnlyList<long>> WriteAsync(CancellationToken end)
        {
            var took = new List<long>();
            do
            {
                var body = Guid.NewGuid().ToString("N");
                var begun = Stopwatch.GetTimestamp();
                await _writer.MessageAsync(_reader.Account, body);
                await _reader.EventAsync(frame => frame.Is("message") && frame.Data.Text("body") == body, $"message {_written.Count} of {_writer.Account}");
                took.Add(Stopwatch.GetTimestamp() - begun);
                _written.Add(body);
                await Task.Delay(20, CancellationToken.None);
            }
            while (!end.IsCancellationRequested);

            return took;
        }

        public void AssertHasEverything() =>
            Assert.Equal(_written, _reader.Frames.Where(frame => frame.Is("message")).Select(frame => frame.Data.Text("body")));

        public void Dispose()
        {
            _writer.Dispose();
            _reader.Dispose();
        }
    }
}
