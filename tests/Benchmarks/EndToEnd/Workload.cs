namespace OrleansIM.Benchmarks.EndToEnd;

/// <summary>One thing that is measured: the sides that do it, and the figures that come of it.</summary>
/// <param name="Name">As the command line names it.</param>
/// <param name="What">One line about it.</param>
/// <param name="Sides">In the order in which they take turns.</param>
/// <param name="Figures">The rows of the table.</param>
internal sealed record Workload(string Name, string What, IReadOnlyList<SideSpec> Sides, IReadOnlyList<Figure> Figures)
{
    /// <summary>Whether it is run only where it is named.</summary>
    public bool OnlyIfNamed { get; init; }
}

/// <summary>Somebody who can be measured at a workload.</summary>
/// <param name="Name">Unique in the workload.</param>
/// <param name="StartAsync">Starts what it needs and sets it up. Not measured.</param>
internal sealed record SideSpec(string Name, Func<BenchContext, CancellationToken, Task<ISide>> StartAsync)
{
    /// <summary>The name of our own side in every workload.</summary>
    public const string Ours = "ours";
}

/// <summary>A side that is ready to be measured.</summary>
internal interface ISide : IAsyncDisposable
{
    /// <summary>The process that is measured, for a profile.</summary>
    int ServerId { get; }

    /// <summary>One round. Answers values by key; the key <c>foreign</c> is the share of the machine that others took.</summary>
    Task<Dictionary<string, double>> MeasureAsync(Timing timing, CancellationToken cancellation);
}

/// <summary>How long a round takes.</summary>
internal sealed record Timing(TimeSpan WarmUp, TimeSpan Time, bool Quick);

/// <summary>A row of the table.</summary>
/// <param name="Name">What it is, without the workload.</param>
/// <param name="Unit">Of all three values.</param>
/// <param name="Better">Which way is better for a user.</param>
/// <param name="Key">Our value.</param>
/// <param name="Peer">Whose value stands beside it, or null.</param>
/// <param name="Limit">What the stack below could do, or null.</param>
/// <param name="Target">What is aimed at, in words.</param>
internal sealed record Figure(string Name, string Unit, Better Better, string Key, Beside? Peer = null, Beside? Limit = null, string Target = "");

/// <summary>A value of another side, times a factor.</summary>
internal sealed record Beside(string Side, string Key, double Factor = 1);

internal enum Better
{
    Lower,
    Higher,
}
