using System.Collections.Frozen;
using OrleansIM.Audit;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Hosting.Admin;
using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Dashboard;

/// <summary>
/// What stands between a browser and Orleans' dashboard: the secret of the admin API, a list of what may be asked, and the
/// headers that keep the page to itself. The package checks nothing, calls any grain for whoever asks, and sends the log.
/// </summary>
internal sealed partial class DashboardDoor(AdminCredential credential, SecurityAudit audit, ILogger<DashboardDoor> logger)
{
    /// <summary>Where it is, on the address of the admin API.</summary>
    public const string Path = "/dashboard";

    private const string Index = Path + "/";

    // Everything is its own, and nothing of it comes from elsewhere. Its drawings (Mermaid's) have their styles in them.
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>
    /// What may be asked, as the package maps it. A list of what is open: what another version has more is shut. Not on it are
    /// GrainState, which calls grains and shows what they answer; GrainTypes, of use for that alone; Trace, the log; and
    /// Reminders, which reads the whole table for each page and shows account ids and addresses of mailboxes.
    /// </summary>
    private static readonly FrozenSet<string> s_open = new[]
    {
        Index, "/index.html", "/favicon.ico", "/index.min.js", "/index.css", "/fonts/{**path}", "/img/{**path}", "/version",
        "/DashboardCounters", "/ClusterStats", "/HistoricalStats/{*path}", "/SiloProperties/{*address}", "/SiloMetadata/{*address}", "/SiloStats/{*address}",
        "/SiloCounters/{*address}", "/GrainStats/{*grainName}", "/TopGrainMethods", "/LifecycleStages",
    }.Select(static pattern => pattern == Index ? pattern : Path + pattern).ToFrozenSet(StringComparer.Ordinal);

    // Of the form that all errors of the admin API have. A browser asks for a password if the challenge is Basic, and not otherwise.
    private static readonly HttpAnswer s_challenge = HttpAnswer.Unauthenticated(
        "The secret of the admin API as the password, with any user name; or Authorization: Bearer <secret>.", "Basic realm=\"OrleansIM admin\", charset=\"UTF-8\"");

    private static readonly HttpAnswer s_isOff = HttpAnswer.Refused(
        new Refusal(ErrorCodes.Forbidden, "This is switched off here: the dashboard shows numbers, not what grains hold, whom they belong to, or the log."));

    private static readonly HttpAnswer s_notAllowed = HttpAnswer.Refused(405, ErrorCodes.UnknownOp, "Use GET.", allow: HttpMethods.Get);

    private static readonly HttpAnswer s_silent = HttpAnswer.Refused(new Refusal(ErrorCodes.Unavailable, "The process that was asked about does not answer."));

    /// <summary>Has every endpoint of the package go through here.</summary>
    public void Guard(IEndpointConventionBuilder dashboard) => dashboard.Finally(endpoint =>
    {
        var pattern = (endpoint as RouteEndpointBuilder)?.RoutePattern.RawText ?? "";
        var next = s_open.Contains(pattern) ? endpoint.RequestDelegate! : IsOffAsync;
        endpoint.RequestDelegate = http => EnterAsync(http, next, isPage: pattern == Index);
    });

    /// <summary>Answers the methods that the package has not mapped, which would come to what is at no other path.</summary>
    public void RefuseOtherMethods(IEndpointRouteBuilder app)
    {
        foreach (var pattern in s_open)
        {
            app.Map(pattern, http => EnterAsync(http, static refused => s_notAllowed.WriteAsync(refused), isPage: false));
        }
    }

    private async Task EnterAsync(HttpContext http, RequestDelegate next, bool isPage)
    {
        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        Close(http.Response.Headers);
        if (!credential.IsInBrowsers(http))
        {
            audit.Write(AuditEvents.AdminRefused, null, ErrorCodes.Unauthenticated, detail: http.Request.Method);
            await s_challenge.WriteAsync(http);
            return;
        }

        if (isPage)
        {
            // The page, not its every second's question for counters.
            audit.Write(AuditEvents.Admin, null, SecurityAudit.Ok, detail: $"GET {Index}");
        }

        try
        {
            await next(http);
        }
        catch (Exception failure) when (!http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            // A process that has just gone, or has no dashboard, or an address of nobody.
            Failed(logger, failure);
            await s_silent.WriteAsync(http);
        }
    }

    private static Task IsOffAsync(HttpContext http) => s_isOff.WriteAsync(http);

    private static void Close(IHeaderDictionary headers)
    {
        headers.CacheControl = "no-store";
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    [LoggerMessage(1, LogLevel.Debug, "A question of the dashboard was not answered.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
