using Microsoft.Extensions.Logging;

namespace OrleansIM.Grains.Links;

internal sealed partial class LinkGroupGrain
{
    private readonly ILogger<LinkGroupGrain> _logger = logger;

    [LoggerMessage(1, LogLevel.Information, "A link group changed: {Joined} joined, {Left} left, {Roles} role(s) changed; {Members} member(s).")]
    private partial void LogChanged(int joined, int left, int roles, int members);

    [LoggerMessage(2, LogLevel.Warning, "A link group finished a change that was left half done: {Joining} joining ({Refused} had not), {Leaving} leaving.")]
    private partial void LogRepaired(int joining, int refused, int leaving);

    [LoggerMessage(3, LogLevel.Warning, "A link group could not tell an account its news; it will be told later.")]
    private partial void LogNotTold(Exception failure);
}
