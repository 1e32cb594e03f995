using System.Data.Common;
using Orleans.Runtime;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Sessions;

/// <summary>What an exception of a grain call means to a client.</summary>
internal static class Faults
{
    public static Refusal Unavailable { get; } =
        new(ErrorCodes.Unavailable, "The service cannot answer right now. Try again in a second.", TimeSpan.FromSeconds(1));

    public static Refusal Internal { get; } = new(ErrorCodes.Internal, "A fault of the server. It was logged.");

    /// <summary>Whether it is the cluster's weather (a silo that died, a call that took too long, a database that is away), not a bug.</summary>
    public static bool IsInfrastructure(Exception exception) => exception is TimeoutException or OrleansException or OperationCanceledException or DbException;

    public static Refusal ToRefusal(Exception exception) => IsInfrastructure(exception) ? Unavailable : Internal;

    /// <summary>Whether the same can succeed a little later.</summary>
    public static bool IsPassing(Refusal refusal) =>
        refusal.Code is ErrorCodes.Unavailable or ErrorCodes.SlowDown or ErrorCodes.LimitReached or ErrorCodes.Conflict or ErrorCodes.Internal || IsUnprovedSession(refusal);

    public static bool IsUnknownSession(Refusal? refusal) => refusal?.Code == OrleansIM.Sessions.SessionRefusals.UnknownSession;

    public static bool IsUnprovedSession(Refusal? refusal) => refusal?.Code == OrleansIM.Sessions.SessionRefusals.UnprovedSession;

    /// <summary>Growing pauses: 100 ms, 200 ms, … 10 s.</summary>
    public static TimeSpan Pause(int failures) => TimeSpan.FromMilliseconds(Math.Min(10_000, 100 << Math.Min(failures - 1, 7)));
}
