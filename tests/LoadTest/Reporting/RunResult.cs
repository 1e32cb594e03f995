using System.Text.Json;
using System.Text.Json.Serialization;
using OrleansIM.LoadTest.Chaos;
using OrleansIM.LoadTest.Checking;
using OrleansIM.LoadTest.Load;
using OrleansIM.LoadTest.Measuring;

namespace OrleansIM.LoadTest.Reporting;

/// <summary>What a run has shown, as it is written to <c>--json</c>. Fields are added and never renamed.</summary>
internal sealed record RunResult
{
    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string Scenario { get; init; }

    public required int Seed { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required string Server { get; init; }

    public required int Users { get; init; }

    public required int Accounts { get; init; }

    /// <summary>How long the load lasted.</summary>
    public required double Seconds { get; init; }

    /// <summary>Why it ended early; null if it did not.</summary>
    public string? Stopped { get; init; }

    public required long Arrivals { get; init; }

    /// <summary>Arrivals that found nobody who could act.</summary>
    public required long Skipped { get; init; }

    public required long Sent { get; init; }

    public required long Acknowledged { get; init; }

    /// <summary>Messages whose senders do not know whether they are stored.</summary>
    public required long Unsure { get; init; }

    public required long Refused { get; init; }

    public required long Delivered { get; init; }

    public required long SignIns { get; init; }

    public required long Reconnects { get; init; }

    /// <summary>Changes of presence that were answered.</summary>
    public required long PresenceChanges { get; init; }

    /// <summary>Mails that the mail server has taken, and that a session has been shown.</summary>
    public required long MailsDelivered { get; init; }

    public required long MailsSeen { get; init; }

    public required long Lost { get; init; }

    public required long Duplicated { get; init; }

    public required long Reordered { get; init; }

    public required long Gaps { get; init; }

    public required long Leaks { get; init; }

    public required long Corrupted { get; init; }

    public required long Stale { get; init; }

    /// <summary>The first of each fault, in words.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Examples { get; init; }

    /// <summary>Errors by code: refusals and connections that failed. They are no faults.</summary>
    public required IReadOnlyDictionary<string, int> Errors { get; init; }

    /// <summary>Entries of logs that were read at the end.</summary>
    public required long? VerifiedEntries { get; init; }

    /// <summary>Means per second over the whole load.</summary>
    public required RateFigures PerSecond { get; init; }

    public LatencyFigures? LatencyMs { get; init; }

    public LatencyFigures? AckMs { get; init; }

    public LatencyFigures? SignInMs { get; init; }

    public LatencyFigures? ResumeMs { get; init; }

    public LatencyFigures? PresenceMs { get; init; }

    public LatencyFigures? MailMs { get; init; }

    public required IReadOnlyDictionary<string, LatencyFigures> SignInByAccountsMs { get; init; }

    public MemoryFigures? Memory { get; init; }

    /// <summary>Processors that were used, in the mean.</summary>
    public double? ServerCores { get; init; }

    public required double ClientCores { get; init; }

    public CapacityFigures? Capacity { get; init; }

    public required IReadOnlyList<ChaosMark> Chaos { get; init; }

    public required IReadOnlyList<Sample> Series { get; init; }

    /// <summary>Distributions by the name of the time, for the report.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, IReadOnlyList<(double Share, double Milliseconds)>> Distributions { get; init; } =
        new Dictionary<string, IReadOnlyList<(double, double)>>();

    [JsonIgnore]
    public long Faults => Lost + Duplicated + Reordered + Gaps + Leaks + Corrupted + Stale;

    /// <summary>The kinds of faults by their names, in the order in which they are told.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, long Count)> FaultCounts =>
    [
        ("lost", Lost), ("duplicated", Duplicated), ("reordered", Reordered), ("gaps", Gaps), ("leaks", Leaks), ("corrupted", Corrupted), ("stale", Stale),
    ];

    /// <summary>The times that were measured, by name.</summary>
    [JsonIgnore]
    public IReadOnlyList<(string Name, LatencyFigures Figures)> Times => [.. new[]
        {
            ("latencyMs", LatencyMs), ("ackMs", AckMs), ("signInMs", SignInMs), ("resumeMs", ResumeMs), ("presenceMs", PresenceMs), ("mailMs", MailMs),
        }.Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!))];

    /// <summary>What a kind of fault is called in results.</summary>
    public static string NameOf(Fault kind) => kind switch
    {
        Fault.Gap => "gaps",
        Fault.Leak => "leaks",
        _ => kind.ToString().ToLowerInvariant(),
    };

    public static RunResult Of(LoadRun run, RunFacts facts)
    {
        var (sent, acknowledged, refused, unsure) = run.World.Ledger.Count();
        var counters = run.Counters;
        var findings = run.World.Findings;
        var times = run.Meters.All.ToDictionary(meter => meter.Name, meter => meter.Total());
        return new RunResult
        {
            Scenario = facts.Scenario ?? run.Settings.Kind,
            Seed = run.Seed,
            StartedAt = facts.StartedAt,
            Server = run.Server.Description,
            Users = run.People.All.Count,
            Accounts = run.People.Accounts.Count,
            Seconds = facts.Seconds,
            Stopped = facts.Stopped,
            Arrivals = counters.Arrivals,
            Skipped = counters.Skipped,
            Sent = sent,
            Acknowledged = acknowledged,
            Unsure = unsure,
            Refused = refused,
            Delivered = counters.Delivered,
            SignIns = counters.SignIns,
            Reconnects = counters.Reconnects,
            PresenceChanges = counters.Presences,
            MailsDelivered = counters.MailsTaken,
            MailsSeen = counters.Mails,
            Lost = findings[Fault.Lost],
            Duplicated = findings[Fault.Duplicated],
            Reordered = findings[Fault.Reordered],
            Gaps = findings[Fault.Gap],
            Leaks = findings[Fault.Leak],
            Corrupted = findings[Fault.Corrupted],
            Stale = findings[Fault.Stale],
            Examples = Enum.GetValues<Fault>().Where(kind => findings[kind] > 0).ToDictionary(NameOf, findings.Examples),
            Errors = counters.ErrorsByCode,
            VerifiedEntries = facts.VerifiedEntries,
            PerSecond = RateFigures.Of(counters, facts.Seconds),
            LatencyMs = times["latencyMs"],
            AckMs = times["ackMs"],
            SignInMs = times["signInMs"],
            ResumeMs = times["resumeMs"],
            PresenceMs = times["presenceMs"],
            MailMs = times["mailMs"],
            SignInByAccountsMs = run.Meters.SignInByAccounts.Where(pair => pair.Value.Total() is not null)
                .ToDictionary(pair => FormattableString.Invariant($"{pair.Key}"), pair => pair.Value.Total()!),
            Memory = MemoryFigures.Of(facts.Samples, run.Settings.WarmUp),
            ServerCores = Mean(facts.Samples.Select(sample => sample.ServerCores)),
            ClientCores = Mean(facts.Samples.Select(sample => (double?)sample.ClientCores)) ?? 0,
            Chaos = facts.Chaos,
            Series = facts.Samples,
            Distributions = run.Meters.All.ToDictionary(meter => meter.Name, meter => meter.Distribution()),
        };
    }

    public async Task WriteAsync(string file)
    {
        await using var stream = File.Create(file);
        await JsonSerializer.SerializeAsync(stream, this, s_json);
    }

    private static double? Mean(IEnumerable<double?> values) => values.Average() is { } mean ? Math.Round(mean, 2) : null;
}

/// <summary>What a run has besides its counters.</summary>
internal sealed record RunFacts(
    DateTimeOffset StartedAt, double Seconds, IReadOnlyList<Sample> Samples, IReadOnlyList<ChaosMark> Chaos, string? Stopped, long? VerifiedEntries, string? Scenario = null);

/// <summary>Means per second.</summary>
internal sealed record RateFigures(double Arrivals, double Acknowledged, double Delivered, double SignIns)
{
    public static RateFigures Of(Counters counters, double seconds) => new(
        Per(counters.Arrivals, seconds), Per(counters.Acknowledged, seconds), Per(counters.Delivered, seconds), Per(counters.SignIns, seconds));

    private static double Per(long count, double seconds) => seconds > 0 ? Math.Round(count / seconds, 1) : 0;
}

/// <summary>Resident memory of the servers in MB.</summary>
/// <param name="Start">At the beginning of the load.</param>
/// <param name="End">At its end.</param>
/// <param name="Max">The most.</param>
/// <param name="SlopePerHour">What the line through everything after the warm-up rises by in an hour; null for less than a minute of it.</param>
internal sealed record MemoryFigures(double Start, double End, double Max, double? SlopePerHour)
{
    private const double ShortestSlope = 60;

    public static MemoryFigures? Of(IReadOnlyList<Sample> samples, double warmUp)
    {
        var known = samples.Where(sample => sample.MemoryMb is not null).Select(sample => (sample.At, Mb: sample.MemoryMb!.Value)).ToList();
        return known.Count == 0 ? null : new MemoryFigures(
            known[0].Mb, known[^1].Mb, known.Max(point => point.Mb), Slope([.. known.Where(point => point.At >= warmUp)]));
    }

    /// <summary>By least squares.</summary>
    private static double? Slope(List<(double At, double Mb)> points)
    {
        if (points.Count < 2 || points[^1].At - points[0].At < ShortestSlope)
        {
            return null;
        }

        var (meanAt, meanMb) = (points.Average(point => point.At), points.Average(point => point.Mb));
        var perSecond = points.Sum(point => (point.At - meanAt) * (point.Mb - meanMb)) / points.Sum(point => (point.At - meanAt) * (point.At - meanAt));
        return Math.Round(perSecond * 3600, 1);
    }
}

/// <summary>What a search for the highest rate has found.</summary>
/// <param name="Rate">The highest rate that met the limits; 0 if none did.</param>
/// <param name="Limits">What had to be met, p99 in milliseconds.</param>
/// <param name="Steps">What was tried.</param>
internal sealed record CapacityFigures(double Rate, IReadOnlyDictionary<string, double> Limits, IReadOnlyList<CapacityStep> Steps);

/// <summary>One rate that was tried.</summary>
/// <param name="Rate">Arrivals per second.</param>
/// <param name="P99">What was measured, of what is limited.</param>
/// <param name="Met">Whether the limits were met.</param>
/// <param name="Why">Why not.</param>
internal sealed record CapacityStep(double Rate, IReadOnlyDictionary<string, double> P99, bool Met, string? Why);
