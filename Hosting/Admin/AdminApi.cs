using OrleansIM.Audit;
using OrleansIM.Gateway.Http;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Admin;

/// <summary>
/// The paths of the admin API (docs/operations.md, "Admin API"). Every call, and every one without the secret, is in the
/// audit log.
/// </summary>
internal sealed partial class AdminApi(
    AdminCredential credential, AccountAdministration accounts, ServiceAdministration services, NodeAdministration node, KeyAdministration keys, SecurityAudit audit, ILogger<AdminApi> logger)
{
    private static readonly Refusal s_unauthenticated =
        new(ErrorCodes.Unauthenticated, "Send the secret of the admin API: Authorization: Bearer <secret>.");

    /// <summary>A call that is let in: answers about the account in its path, if there is one.</summary>
    private delegate Task<HttpAnswer> AdminCall(HttpContext http, string account);

    public void Map(WebApplication app)
    {
        const string Account = "/v1/accounts/{account}";
        app.MapGet(Account, Serve((_, account) => accounts.DescribeAsync(account)));
        app.MapPost(Account + "/disable", Serve((_, account) => accounts.SetDisabledAsync(account, true)));
        app.MapPost(Account + "/enable", Serve((_, account) => accounts.SetDisabledAsync(account, false)));
        app.MapGet(Account + "/sessions", Serve((_, account) => accounts.ListSessionsAsync(account)));
        app.MapDelete(Account + "/sessions", Serve((_, account) => accounts.SignOutAsync(account, null)));
        app.MapDelete(Account + "/sessions/{session}", Serve((http, account) => accounts.SignOutAsync(account, Part(http, "session"))));
        app.MapGet(Account + "/mailboxes", Serve((_, account) => accounts.ListMailboxesAsync(account)));
        app.MapGet("/v1/credentials", Serve((_, _) => services.ListCredentialsAsync()));
        app.MapPost("/v1/credentials", Serve((http, _) => services.CreateCredentialAsync(http)));
        app.MapPost("/v1/credentials/{credential}/rotate", Serve((http, _) => services.RotateCredentialAsync(http, Part(http, "credential")!)));
        app.MapDelete("/v1/credentials/{credential}", Serve((http, _) => services.RevokeCredentialAsync(Part(http, "credential")!)));
        app.MapGet("/v1/invites", Serve((_, _) => services.ListInvitesAsync()));
        app.MapPost("/v1/invites", Serve((http, _) => services.CreateInviteAsync(http)));
        app.MapDelete("/v1/invites/{invite}", Serve((http, _) => services.RevokeInviteAsync(Part(http, "invite")!)));
        app.MapGet("/v1/keys", Serve((_, _) => keys.DescribeAsync()));
        app.MapPost("/v1/keys/rotate", Serve((_, _) => keys.RotateAsync()));
        app.MapPost("/v1/keys/retire", Serve((http, _) => keys.RetireAsync(http)));
        app.MapGet("/v1/members", Serve((_, _) => Task.FromResult(node.ListMembers())));
        app.MapGet("/v1/drain", Serve((_, _) => Task.FromResult(node.DescribeDrain())));
        app.MapPost("/v1/drain", Serve((_, _) => Task.FromResult(node.Drain())));
        app.MapFallback("{**path}", Serve((_, _) => Task.FromResult(HttpAnswer.Refused(404, ErrorCodes.UnknownOp, "There is nothing at this path."))));
    }

    private RequestDelegate Serve(AdminCall call) => async http =>
    {
        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        var answer = credential.IsIn(http.Request) ? await CallAsync(http, call) : Refuse(http);
        await answer.WriteAsync(http);
    };

    private HttpAnswer Refuse(HttpContext http)
    {
        // Without the path: whoever does not know the secret writes nothing into the log.
        audit.Write(AuditEvents.AdminRefused, null, ErrorCodes.Unauthenticated, detail: HttpMethods.GetCanonicalizedValue(http.Request.Method) is var method && IsUsual(method) ? method : null);
        return HttpAnswer.Refused(s_unauthenticated);
    }

    private async Task<HttpAnswer> CallAsync(HttpContext http, AdminCall call)
    {
        var account = "";
        HttpAnswer answer;
        try
        {
            answer = Part(http, "account") is { } name && !AccountIds.TryNormalize(name, out account)
                ? HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, "account: this is no account id."))
                : await call(http, account ?? "");
        }
        catch (Exception failure)
        {
            Failed(logger, failure);
            answer = HttpAnswer.Refused(Faults.ToRefusal(failure));
        }

        audit.Write(AuditEvents.Admin, account is { Length: > 0 } ? account : null, answer.Refusal?.Code ?? SecurityAudit.Ok, Part(http, "session"), $"{http.Request.Method} {Route(http)}");
        return answer;
    }

    private static bool IsUsual(string method) => method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE";

    private static string Route(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "";

    private static string? Part(HttpContext http, string name) => http.Request.RouteValues[name] as string;

    [LoggerMessage(1, LogLevel.Error, "A call of the admin API has failed.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
