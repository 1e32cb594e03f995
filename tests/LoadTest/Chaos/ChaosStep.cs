namespace OrleansIM.LoadTest.Chaos;

/// <summary>What can happen to a part of a server.</summary>
internal enum ChaosKind
{
    /// <summary><c>kill -9</c>, and started again after a while.</summary>
    Kill,

    /// <summary>Stands still for a while (SIGSTOP, SIGCONT), as under a hypervisor that has other things to do.</summary>
    Freeze,

    /// <summary>Asked to end, and started again: what an upgrade does.</summary>
    Restart,
}

/// <summary>One thing that goes wrong.</summary>
/// <param name="At">When, in seconds of the load.</param>
/// <param name="Kind">What.</param>
/// <param name="Target">To which part.</param>
/// <param name="Seconds">How long it is gone, or stands still.</param>
internal sealed record ChaosStep(double At, ChaosKind Kind, string Target, double Seconds);

/// <summary>Something that has gone wrong, for the report.</summary>
/// <param name="At">When, in seconds of the load.</param>
/// <param name="What">In words: <c>kill silo-1 (2 s)</c>.</param>
/// <param name="Until">When the part was there again: what it takes to start is longer than what was planned.</param>
internal sealed record ChaosMark(double At, string What, double? Until = null);
