using OrleansIM.Timelines;

namespace OrleansIM.Sessions;

/// <summary>
/// A gateway as accounts see it. Pushes are hints: one that is lost shows as a gap in <c>seq</c> or at the next renewal,
/// and the gateway reads the log. What is for many sessions of a gateway travels once.
/// </summary>
[Alias("im.IGatewayObserver")]
public interface IGatewayObserver : IGrainObserver
{
    /// <summary>Entries of one account, in order, without a hole between them.</summary>
    [Alias("OnEntries")]
    void OnEntries(PushedEntries push);

    /// <summary>Something ephemeral.</summary>
    [Alias("OnSignal")]
    void OnSignal(PushedSignal push);

    /// <summary>The sessions no longer see the account. Nothing of it follows.</summary>
    [Alias("OnSessionsEnded")]
    void OnSessionsEnded(PushedEnd push);
}

[GenerateSerializer, Immutable, Alias("im.PushedEntries")]
public sealed record PushedEntries
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string[] Sessions { get; init; }
    [Id(2)] public required TimelineEntry[] Entries { get; init; }
}

[GenerateSerializer, Immutable, Alias("im.PushedSignal")]
public sealed record PushedSignal
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string[] Sessions { get; init; }

    /// <summary>The event's name on the wire: <c>presence</c>, <c>typing</c>, <c>mail</c>, <c>channel</c>.</summary>
    [Id(2)] public required string Event { get; init; }

    /// <summary>The event's <c>data</c> as UTF-8 JSON.</summary>
    [Id(3)] public required byte[] Data { get; init; }
}

[GenerateSerializer, Immutable, Alias("im.PushedEnd")]
public sealed record PushedEnd
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string[] Sessions { get; init; }
    [Id(2)] public required SessionEnd Reason { get; init; }
}
