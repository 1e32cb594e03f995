using System.Text.Json.Serialization;

namespace OrleansIM.LoadTest.Settings;

/// <summary>Everything about a scenario that can be chosen: in <c>scenarios.json</c>, in a file of one's own, on the command line.</summary>
internal sealed record ScenarioSettings
{
    /// <summary>The class that plays it, like <c>steady-chat</c>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>A line about it.</summary>
    public string? About { get; init; }

    /// <summary>People, each with one sign-in.</summary>
    public int Users { get; init; } = 50;

    /// <summary>How many linked accounts a person has; of several numbers, people take turns.</summary>
    public IReadOnlyList<int> Accounts { get; init; } = [1];

    /// <summary>Friends of each account, about; never of the same person.</summary>
    public int Friends { get; init; } = 4;

    /// <summary>The share of people with linked accounts that have a second session, signed in as one of them: it may see that one only.</summary>
    public double SideSessions { get; init; }

    /// <summary>How long the load lasts, in seconds, ramps included.</summary>
    public double Seconds { get; init; } = 30;

    /// <summary>Arrivals per second, once the ramp is over.</summary>
    public double Rate { get; init; } = 50;

    /// <summary>Seconds from nothing to <see cref="Rate"/>.</summary>
    public double Ramp { get; init; } = 2;

    /// <summary>The rate over time instead of <see cref="Rate"/> and <see cref="Ramp"/>: pairs of second and rate, straight lines between.</summary>
    public IReadOnlyList<IReadOnlyList<double>>? Profile { get; init; }

    /// <summary>Seconds at the beginning that are checked like all others, and whose times do not count.</summary>
    public double WarmUp { get; init; }

    /// <summary><c>poisson</c> (people who know nothing of each other) or <c>even</c>.</summary>
    public string Arrivals { get; init; } = "poisson";

    /// <summary>How long a person pauses after acting, in seconds: from, to.</summary>
    public IReadOnlyList<double> Think { get; init; } = [0, 0];

    /// <summary>Length of a message.</summary>
    public int BodyBytes { get; init; } = 300;

    /// <summary><c>token</c> or <c>password</c>.</summary>
    public string SignIn { get; init; } = "token";

    /// <summary>What an arrival does, by weight: <c>message read presence reconnect signIn link</c>. For <c>mixed</c> and <c>soak</c>.</summary>
    public IReadOnlyDictionary<string, double> Mix { get; init; } = new Dictionary<string, double>();

    /// <summary>For <c>reconnect-storm</c>: the seconds between two storms.</summary>
    public double StormEvery { get; init; } = 5;

    /// <summary>For <c>reconnect-storm</c>: the share of connections that break in one.</summary>
    public double StormShare { get; init; } = 0.5;

    /// <summary>How long it may take at the end until everything is where it belongs, in seconds.</summary>
    public double Patience { get; init; } = 30;

    /// <summary>When to end early.</summary>
    public StopSettings Stop { get; init; } = new();

    /// <summary>For <c>capacity</c>: where to search.</summary>
    public CapacitySettings Capacity { get; init; } = new();

    /// <summary>Settings of a server of one's own, like <c>"Storage:Provider": "postgres"</c>.</summary>
    public IReadOnlyDictionary<string, string> Server { get; init; } = new Dictionary<string, string>();

    /// <summary>All that is wrong, in words.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Mistakes => SettingsRules.Mistakes(this);
}

/// <summary>When a run ends early. What is not set ends nothing.</summary>
internal sealed record StopSettings
{
    /// <summary>More errors than this.</summary>
    public long? Errors { get; init; }

    /// <summary>More faults than this.</summary>
    public long? Faults { get; init; }

    /// <summary>More resident memory of the servers than this.</summary>
    public double? MemoryMb { get; init; }

    /// <summary>A p99 over this, in each of ten seconds on end: by the name of the time, like <c>latencyMs</c>.</summary>
    public IReadOnlyDictionary<string, double> P99 { get; init; } = new Dictionary<string, double>();
}

/// <summary>The search for the highest rate.</summary>
internal sealed record CapacitySettings
{
    /// <summary>The first rate.</summary>
    public double From { get; init; } = 50;

    /// <summary>The highest rate that is tried.</summary>
    public double To { get; init; } = 20_000;

    /// <summary>The seconds of each rate.</summary>
    public double StepSeconds { get; init; } = 10;

    /// <summary>How near the answer is to be: 1.1 is within a tenth.</summary>
    public double Precision { get; init; } = 1.1;

    /// <summary>What has to be met, by the name of the time, like <c>latencyMs</c>.</summary>
    public IReadOnlyDictionary<string, double> P99 { get; init; } = new Dictionary<string, double>();
}
