namespace OrleansIM.Client;

/// <summary>
/// The pauses between attempts to reconnect: <see cref="Initial"/>, doubled with each attempt up to <see cref="Max"/>,
/// each shortened by a random part of up to <see cref="Jitter"/>. A connection that stayed up longer than
/// <see cref="Max"/> starts again at the first pause. A server that drains (close code 4000) is left at once, and a
/// pause the server asks for is kept to.
/// </summary>
public sealed record ReconnectPolicy
{
    /// <summary>The first pause. Default: 500 ms.</summary>
    public TimeSpan Initial { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause. Default: 30 s.</summary>
    public TimeSpan Max { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The largest random part taken off a pause, 0 (none) to 1 (all of it). Default: 0.5.</summary>
    public double Jitter { get; init; } = 0.5;
}
