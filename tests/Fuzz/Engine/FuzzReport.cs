namespace OrleansIM.Fuzz.Engine;

/// <summary>What a run has shown.</summary>
internal sealed record FuzzReport
{
    public required string Target { get; init; }
    public required long Inputs { get; init; }
    public required TimeSpan Time { get; init; }

    /// <summary>Different outcomes that were seen.</summary>
    public required int Outcomes { get; init; }

    /// <summary>The longest that an input took.</summary>
    public required TimeSpan Slowest { get; init; }

    /// <summary>The most that an input allocated, in bytes.</summary>
    public required long Greediest { get; init; }

    /// <summary>Bytes in use in the middle and at the end.</summary>
    public required (long Middle, long End) Memory { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Target}: {Inputs:n0} inputs in {Time.TotalSeconds:0.0} s, {Outcomes} outcomes, slowest {Slowest.TotalMilliseconds:0} ms, "
        + $"most allocated {Greediest / 1024.0:n0} KiB, in use {Memory.Middle / 1048576.0:0.0} then {Memory.End / 1048576.0:0.0} MiB, {Findings.Count} faults");
}
