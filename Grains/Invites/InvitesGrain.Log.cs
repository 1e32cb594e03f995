using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Invites;

internal sealed partial class InvitesGrain
{
    private readonly ILogger<InvitesGrain> _logger = logger;

    [LoggerMessage(1, LogLevel.Warning, "An account could not be asked whether it was made with invite {Invite}; asked again when somebody comes with it.")]
    private partial void LogNotFoundOut(Exception failure, string invite);
}
