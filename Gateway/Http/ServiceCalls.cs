using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Invites;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Gateway.Http;

/// <summary>
/// <c>/v1/service/…</c>, for an app's own servers. Shape and size are checked here; who may do what, in
/// <see cref="IServiceGrain"/>.
/// </summary>
internal sealed class ServiceCalls(IAccountDirectory directory, SourceLimits limits, GatewayOptions options)
{
    private const int MaxHeader = 256;
    private const int MaxSubject = 512;

    private static readonly Refusal s_unauthenticated =
        new(ErrorCodes.Unauthenticated, "Send the secret of a service credential: Authorization: Bearer ims_….");

    /// <summary>A call with a secret that somebody else looks at.</summary>
    private delegate Task<HttpAnswer> SecretCall(HttpContext http, JsonFields body, string secret);

    /// <summary>The same, about the account in the path.</summary>
    private delegate Task<HttpAnswer> AccountCall(HttpContext http, JsonFields body, string secret, string account);

    public void Map(IEndpointRouteBuilder endpoints, HttpApi api)
    {
        const string Root = "/v1/service";
        const string Account = Root + "/accounts/{account}";
        endpoints.Map(Root + "/accounts", api.OnUnread(("POST", With(CreateAsync))));
        endpoints.Map(Account, api.OnUnread(
            ("GET", About(async (_, _, secret, account) => Answer(await directory.Service.DescribeAccountAsync(secret, account), AccountJson.Write))),
            ("DELETE", About(async (_, _, secret, account) => Answer(await directory.Service.DeleteAccountAsync(secret, account))))));
        endpoints.Map(Account + "/disable", api.OnUnread(("POST", About(async (_, _, secret, account) => Answer(await directory.Service.SetDisabledAsync(secret, account, true))))));
        endpoints.Map(Account + "/enable", api.OnUnread(("POST", About(async (_, _, secret, account) => Answer(await directory.Service.SetDisabledAsync(secret, account, false))))));
        endpoints.Map(Account + "/password", api.OnUnread(("POST", About(SetPasswordAsync))));
        endpoints.Map(Account + "/sessions", api.OnUnread(
            ("GET", About(async (_, _, secret, account) => Answer(await directory.Service.ListSessionsAsync(secret, account), "sessions", AccountJson.Write))),
            ("DELETE", About(async (_, _, secret, account) => Answer(await directory.Service.SignOutAsync(secret, account, null))))));
        endpoints.Map(Account + "/sessions/{session}", api.OnUnread(
            ("DELETE", About(async (http, _, secret, account) => HttpAnswer.OfPath(await directory.Service.SignOutAsync(secret, account, Part(http, "session")))))));
        endpoints.Map(Root + "/messages", api.OnUnread(("POST", With(SendAsync))));
        endpoints.Map(Root + "/invites", api.OnUnread(
            ("GET", With(async (_, _, secret) => Answer(await directory.Service.ListInvitesAsync(secret), "invites", InviteJson.Write))),
            ("POST", With(CreateInviteAsync))));
        endpoints.Map(Root + "/invites/{invite}", api.OnUnread(
            ("DELETE", With(async (http, _, secret) => HttpAnswer.OfPath(await directory.Service.RevokeInviteAsync(secret, Part(http, "invite")))))));
    }

    private async Task<HttpAnswer> CreateAsync(HttpContext http, JsonFields body, string secret)
    {
        var account = body.Account("account"u8);
        var request = new CreateAccount
        {
            Password = body.OptionalText("password"u8, ProtocolLimits.MaxPassword, options.MinPasswordLength),
            DisplayName = body.OptionalText("displayName"u8, ProtocolLimits.MaxText, oneLine: true),
            Email = body.EmailChange("email"u8),
            Issuer = body.OptionalText("issuer"u8, MaxSubject, 1, oneLine: true),
            Subject = body.OptionalText("subject"u8, MaxSubject, 1, oneLine: true),
        };
        if (request.Issuer is null != request.Subject is null)
        {
            body.Refuse(ErrorCodes.InvalidArgument, "issuer, subject: have to be given both, or none.");
        }

        if (body.Fault is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var outcome = await directory.Service.CreateAccountAsync(secret, account, request, http.RequestAborted);
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status201Created, json => json.WriteString("account"u8, account));
    }

    private async Task<HttpAnswer> SetPasswordAsync(HttpContext http, JsonFields body, string secret, string account)
    {
        var password = body.Text("password"u8, ProtocolLimits.MaxPassword, options.MinPasswordLength);
        return body.Fault is { } fault
            ? HttpAnswer.Refused(fault)
            : Answer(await directory.Service.SetPasswordAsync(secret, account, password, http.RequestAborted));
    }

    private async Task<HttpAnswer> SendAsync(HttpContext http, JsonFields body, string secret)
    {
        var to = body.OptionalAccounts("to"u8, ProtocolLimits.MaxServiceRecipients);
        var message = new ServiceMessage
        {
            Body = body.Body("body"u8, options.MaxBodyBytes),
            Cid = body.Text("cid"u8, ProtocolLimits.MaxCid, oneLine: true),
            Kind = body.Token("kind"u8, otherwise: "text"),
        };
        if (to is not { Length: > 0 })
        {
            body.Refuse(ErrorCodes.InvalidArgument, $"to: required, an array of 1 to {ProtocolLimits.MaxServiceRecipients} account ids.");
        }

        return body.Fault is { } fault ? HttpAnswer.Refused(fault) : Answer(await directory.Service.SendAsync(secret, to!, message), Write);
    }

    private static void Write(Utf8JsonWriter json, ServiceMessagesSent answer)
    {
        json.WriteList("sent"u8, answer.Sent, static (json, sent) =>
        {
            json.WriteString("account"u8, sent.Account);
            json.WriteString("id"u8, sent.Id);
            json.WriteTime("sentAt"u8, sent.SentAt);
        });
        json.WriteList("failed"u8, answer.Failed, static (json, failed) =>
        {
            json.WriteString("account"u8, failed.Account);
            json.WriteString("reason"u8, failed.Reason);
        });
    }

    private async Task<HttpAnswer> CreateInviteAsync(HttpContext http, JsonFields body, string secret)
    {
        var request = InviteJson.Read(body);
        if (body.Fault is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var outcome = await directory.Service.CreateInviteAsync(secret, request);
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status201Created, json => InviteJson.Write(json, outcome.Get()));
    }

    private UnreadCall About(AccountCall call) => With((http, body, secret) => AccountIds.TryNormalize(Part(http, "account"), out var account)
        ? call(http, body, secret, account)
        : Task.FromResult(HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, "account: this is no account id."))));

    /// <summary>
    /// Reads the secret, then the body. Whoever has no good secret is told that and nothing else; such a call counts as a
    /// failed sign-in of its source.
    /// </summary>
    private UnreadCall With(SecretCall call) => async http =>
    {
        if (!BearerHeader.TryRead(http.Request, out var secret, MaxHeader))
        {
            return HttpAnswer.Refused(s_unauthenticated);
        }

        if (limits.CheckService(http) is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        SecurityAudit.ComesFrom(SourceLimits.SourceOf(http.Connection.RemoteIpAddress).ToString());
        var answer = await ReadAsync(http, (_, body) => call(http, body, secret));

        // What is wrong with the request itself may have been found before the grain, which knows the secrets, was asked anything.
        if (answer.Refusal?.Code is ErrorCodes.InvalidArgument or ErrorCodes.TooLarge && (await directory.Service.CheckSecretAsync(secret)).Refusal is { } unknown)
        {
            answer = HttpAnswer.Refused(unknown);
        }

        if (answer.Refusal?.Code == ErrorCodes.Unauthenticated)
        {
            limits.CountFailedSignIn(http);
        }

        return answer;
    };

    private static async Task<HttpAnswer> ReadAsync(HttpContext http, HttpCall call)
    {
        try
        {
            return await HttpApi.ReadAsync(http, call, bodyIsOptional: true);
        }
        catch (BadHttpRequestException unreadable)
        {
            return HttpAnswer.Refused(unreadable);
        }
    }

    private static string Part(HttpContext http, string name) => (string)http.Request.RouteValues[name]!;

    private static HttpAnswer Answer(Outcome outcome) => outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Empty;

    private static HttpAnswer Answer<T>(Outcome<T> outcome, Action<Utf8JsonWriter, T> write) =>
        outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => write(json, outcome.Get()));

    private static HttpAnswer Answer<T>(Outcome<T[]> outcome, string name, Action<Utf8JsonWriter, T> write) =>
        outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal)
            : HttpAnswer.Ok(StatusCodes.Status200OK, json => json.WriteList(Encoding.UTF8.GetBytes(name), outcome.Get(), write));
}
