using Microsoft.Extensions.Logging;
using OrleansIM.Gateway.Frames;

namespace OrleansIM.Gateway.Sessions;

/// <summary>What every session of this gateway shares.</summary>
internal sealed record SessionServices(
    SessionRegistry Registry, IAccountDirectory Directory, GatewayOptions Options, TimeProvider Time, ILogger<Session> Logger)
{
    /// <summary>How long the end of a session may take at an account.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    /// <summary>How long requests wait for those before them after an account was opened again.</summary>
    public static readonly TimeSpan QuietTimeout = TimeSpan.FromSeconds(1);

    /// <summary>Entries that are read from a log in one go.</summary>
    public const int PullPage = 100;
}
