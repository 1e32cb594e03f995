using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace OrleansIM.Audit;

/// <summary>
/// The audit log: what matters to the security of accounts, a line for each event (docs/operations.md, "Audit log"). It is
/// a category of the log, so that it goes wherever logs go and nobody can take a line back. Never a password, a token, a
/// mail address or anything that people write.
/// </summary>
public sealed partial class SecurityAudit(ILoggerFactory loggers)
{
    /// <summary>The category of the log.</summary>
    public const string Category = "OrleansIM.Audit";

    /// <summary>The outcome of what was done.</summary>
    public const string Ok = "ok";

    private const string SourceKey = "im.source";

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Says for the calls that follow, down to the grains, from which network address a request came.</summary>
    public static void ComesFrom(string source) => RequestContext.Set(SourceKey, source);

    /// <summary>From where the request came that is worked on; null if nobody has said.</summary>
    public static string? Source => RequestContext.Get(SourceKey) as string;

    /// <summary>Writes a line.</summary>
    /// <param name="what">One of <see cref="AuditEvents"/>.</param>
    /// <param name="account">The account it is about, if there is one of that id: what does not exist may be a password in the wrong field.</param>
    /// <param name="outcome"><see cref="Ok"/>, or the code it was refused with.</param>
    /// <param name="session">The session in which it was asked for.</param>
    /// <param name="detail">What the event's description says.</param>
    /// <param name="source">The network address it came from; null for what <see cref="ComesFrom"/> has said.</param>
    public void Write(string what, string? account, string outcome = Ok, string? session = null, string? detail = null, string? source = null) =>
        Line(_logger, what, outcome, account, session, source ?? Source, detail);

    [LoggerMessage(1, LogLevel.Information, "{Event} {Outcome} account={Account} session={Session} source={Source} detail={Detail}")]
    private static partial void Line(ILogger logger, string @event, string outcome, string? account, string? session, string? source, string? detail);
}
