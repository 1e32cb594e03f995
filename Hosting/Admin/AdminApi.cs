using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
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
    private const string Nothing = "{**path}";

    private static readonly Refusal s_unauthenticated =
        new(ErrorCodes.Unauthenticated, "This is the admin API. Send its secret: Authorization: Bearer <secret>. Clients go to the address of a gateway.");

    /// <summary>A call about the account in its path.</summary>
    private delegate Task<HttpAnswer> AccountCall(HttpContext http, string account);

    public void Map(WebApplication app)
    {
        const string Account = "/v1/accounts/{account}";
        app.Map("/v1/accounts", On(Get((http, _) => accounts.ListAsync(http.Request.Query))));
        app.Map(Account, On(Get(About((_, account) => accounts.DescribeAsync(account)))));
        app.Map(Account + "/disable", On(Post(About((_, account) => accounts.SetDisabledAsync(account, true)))));
        app.Map(Account + "/enable", On(Post(About((_, account) => accounts.SetDisabledAsync(account, false)))));
        app.Map(Account + "/sessions", On(Get(About((_, account) => accounts.ListSessionsAsync(account))), Delete(About((_, account) => accounts.SignOutAsync(account, null)))));
        app.Map(Account + "/sessions/{session}", On(Delete(About((http, account) => accounts.SignOutAsync(account, Part(http, "session"))))));
        app.Map(Account + "/mailboxes", On(Get(About((_, account) => accounts.ListMailboxesAsync(account)))));
        app.Map("/v1/credentials", On(Get((_, _) => services.ListCredentialsAsync()), Post((_, body) => services.CreateCredentialAsync(body), ServiceAdministration.CredentialFields)));
        app.Map("/v1/credentials/{credential}/rotate", On(Post((http, body) => services.RotateCredentialAsync(body, Part(http, "credential")!), "overlapSeconds")));
        app.Map("/v1/credentials/{credential}", On(Delete((http, _) => services.RevokeCredentialAsync(Part(http, "credential")!))));
        app.Map("/v1/invites", On(Get((_, _) => services.ListInvitesAsync()), Post((_, body) => services.CreateInviteAsync(body), InviteJson.Fields)));
        app.Map("/v1/invites/{invite}", On(Delete((http, _) => services.RevokeInviteAsync(Part(http, "invite")!))));
        app.Map("/v1/keys", On(Get((_, _) => keys.DescribeAsync())));
        app.Map("/v1/keys/rotate", On(Post((_, _) => keys.RotateAsync())));
        app.Map("/v1/keys/retire", On(Post((http, _) => keys.RetireAsync(http))));
        app.Map("/v1/members", On(Get((_, _) => Task.FromResult(node.ListMembers()))));
        app.Map("/v1/drain", On(Get((_, _) => Task.FromResult(node.DescribeDrain())), Post((_, _) => Task.FromResult(node.Drain()))));
        app.MapFallback(Nothing, Serve(_ => Task.FromResult(HttpAnswer.Refused(404, ErrorCodes.UnknownOp, "There is nothing at this path."))));
    }

    private static (string Method, HttpCall Call) Get(HttpCall call) => (HttpMethods.Get, call);

    private static (string Method, HttpCall Call) Delete(HttpCall call) => (HttpMethods.Delete, call);

    /// <summary>Unlike clients, who may be newer than the server, an operator is told of a field that nobody reads: it may be the one that matters.</summary>
    private static (string Method, HttpCall Call) Post(HttpCall call, params string[] fields)
    {
        return (HttpMethods.Post, CheckAsync);

        Task<HttpAnswer> CheckAsync(HttpContext http, JsonFields body)
        {
            body.RefuseOthers(fields);
            return body.Fault is { } fault ? Task.FromResult(HttpAnswer.Refused(fault)) : call(http, body);
        }
    }

    private static HttpCall About(AccountCall call) => (http, _) => AccountOf(http) is { } account
        ? call(http, account)
        : Task.FromResult(HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, "account: this is no account id.")));

    private RequestDelegate On(params (string Method, HttpCall Call)[] calls)
    {
        var byMethod = calls.ToDictionary(static pair => pair.Method, static pair => pair.Call);
        return Serve(http => HttpApi.AnswerAsync(http, byMethod, bodyIsOptional: true));
    }

    private RequestDelegate Serve(Func<HttpContext, Task<HttpAnswer>> call) => async http =>
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

    private async Task<HttpAnswer> CallAsync(HttpContext http, Func<HttpContext, Task<HttpAnswer>> call)
    {
        HttpAnswer answer;
        try
        {
            answer = await call(http);
        }
        catch (BadHttpRequestException unreadable)
        {
            answer = HttpAnswer.Refused(unreadable);
        }
        catch (Exception failure)
        {
            Failed(logger, failure);
            answer = HttpAnswer.Refused(Faults.ToRefusal(failure));
        }

        audit.Write(AuditEvents.Admin, AccountOf(http), answer.Refusal?.Code ?? SecurityAudit.Ok, Part(http, "session"), $"{http.Request.Method} {Route(http)}");
        return answer;
    }

    private static bool IsUsual(string method) => method is "GET" or "HEAD" or "POST" or "PUT" or "DELETE";

    private static string Route(HttpContext http) => (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText is { } route and not Nothing ? route : "unmatched";

    private static string? AccountOf(HttpContext http) => Part(http, "account") is { } name && AccountIds.TryNormalize(name, out var account) ? account : null;

    private static string? Part(HttpContext http, string name) => http.Request.RouteValues[name] as string;

    [LoggerMessage(1, LogLevel.Error, "A call of the admin API has failed.")]
    private static partial void Failed(ILogger logger, Exception exception);
}
