using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Gateway.Tokens;
using OrleansIM.Identity;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Http;

/// <summary><c>/v1/accounts</c>, <c>/v1/login</c>, <c>/v1/logout</c>, <c>/v1/password</c>, <c>/v1/account/delete</c>, <c>/v1/account/export</c>.</summary>
internal sealed class AccountCalls(
    IAccountDirectory directory, ITokenService tokens, TokenVerifier issuers, SourceLimits limits, SignInMetrics metrics, SecurityAudit audit,
    GatewayOptions options, TimeProvider time)
{
    private const int MaxDevice = 64;

    private static readonly Refusal s_badCredentials = new(ErrorCodes.BadCredentials, "The account or the password is wrong.");
    private static readonly Refusal s_badToken = new(ErrorCodes.BadCredentials, "The token signs in nobody here.");
    private static readonly Refusal s_mailServerSilent =
        new(ErrorCodes.Unavailable, "The mail server did not answer in time. Try again in a while, or sign in with the account.", TimeSpan.FromSeconds(5));

    private static readonly Refusal s_unauthenticated = new(ErrorCodes.Unauthenticated, "Send a valid token: Authorization: Bearer <token>.");

    public async Task<HttpAnswer> RegisterAsync(HttpContext http, JsonFields body)
    {
        var account = body.Account("account"u8);
        var request = new RegisterAccount
        {
            Password = body.Text("password"u8, ProtocolLimits.MaxPassword, options.MinPasswordLength),
            DisplayName = body.OptionalName("displayName"u8),
            Email = body.EmailChange("email"u8),
            Invite = body.OptionalText("invite"u8, ProtocolLimits.MaxInvite, oneLine: true),
        };
        if ((body.Fault ?? (request.Invite is null ? null : limits.CheckInvite(http)) ?? limits.CountRegistration(http)) is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var outcome = await directory.Credentials(account).RegisterAsync(request, http.RequestAborted);
        if (outcome.Refusal is { } refusal)
        {
            if (refusal.Code == ErrorCodes.BadInvite && request.Invite is not null)
            {
                limits.CountFailedInvite(http);
            }

            return HttpAnswer.Refused(refusal);
        }

        return HttpAnswer.Ok(StatusCodes.Status201Created, json => json.WriteString("account"u8, account));
    }

    public async Task<HttpAnswer> LogInAsync(HttpContext http, JsonFields body)
    {
        var jwt = body.OptionalText("jwt"u8);
        if (jwt is null && !(body.Has("login"u8) && body.Has("password"u8)))
        {
            body.Refuse(ErrorCodes.InvalidArgument, "login and password: required, both; or jwt, a token of the app's own sign-in, in place of them.");
        }

        var login = jwt is null ? body.Text("login"u8, most: 254) : body.OptionalText("login"u8);
        var password = jwt is null ? body.Text("password"u8, ProtocolLimits.MaxPassword) : body.OptionalText("password"u8);
        var device = body.OptionalText("device"u8, MaxDevice, oneLine: true) ?? "";
        if (jwt is not null && (login ?? password) is not null)
        {
            body.Refuse(ErrorCodes.InvalidArgument, "jwt: given beside login or password. Give one way to sign in.");
        }

        if ((body.Fault ?? limits.CheckSignIn(http)) is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        // Whole milliseconds: what is said here and what is sealed is the same.
        var at = DateTimeOffset.FromUnixTimeMilliseconds(time.GetUtcNow().ToUnixTimeMilliseconds());
        SigningIn.Say(device, at, at + options.TokenLifetime);

        // What can be neither an id nor an address is as wrong as one that nobody has.
        var (with, signIn) = jwt is not null ? ("jwt", LogInByJwtAsync(http, jwt))
            : AccountIds.TryNormalize(login, out var account) ? ("account", LogInToAccountAsync(http, account, password!))
            : MailAddresses.TryKey(login, out var mailbox) ? ("mailbox", LogInByMailboxAsync(http, mailbox, password!))
            : ("account", Task.FromResult<Outcome<SignedIn>>(s_badCredentials));
        var outcome = await audit.OnFailureAsync(with, signIn, http.RequestAborted);
        metrics.OnSignIn(with, outcome.Refusal);
        if (outcome.Refusal is { } refusal)
        {
            if (refusal.Code == ErrorCodes.BadCredentials)
            {
                limits.CountFailedSignIn(http);
            }

            return HttpAnswer.Refused(refusal);
        }

        var claims = Claims(outcome.Get(), device, at);
        var token = tokens.Seal(claims);
        return HttpAnswer.Ok(StatusCodes.Status200OK, json =>
        {
            json.WriteString("token"u8, token);
            json.WriteString("account"u8, claims.Account);
            json.WriteString("via"u8, claims.Via);
            json.WriteTime("expiresAt"u8, claims.ExpiresAt);
        });
    }

    public async Task<HttpAnswer> LogOutAsync(HttpContext http, JsonFields body)
    {
        var everywhere = body.OptionalFlag("everywhere"u8) ?? false;
        if (!TryAuthenticate(http, out var token))
        {
            return HttpAnswer.Refused(s_unauthenticated);
        }

        if (body.Fault is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var outcome = await directory.Credentials(token.Account).LogOutAsync(token, everywhere);
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Empty;
    }

    public async Task<HttpAnswer> ChangePasswordAsync(HttpContext http, JsonFields body)
    {
        if (!TryAuthenticate(http, out var token))
        {
            return HttpAnswer.Refused(s_unauthenticated);
        }

        var request = new ChangePassword
        {
            Token = token,
            Old = body.Text("old"u8, ProtocolLimits.MaxPassword),
            New = body.Text("new"u8, ProtocolLimits.MaxPassword, options.MinPasswordLength),
        };
        if (body.Fault is { } fault)
        {
            return HttpAnswer.Refused(fault);
        }

        var outcome = await directory.Credentials(token.Account).ChangePasswordAsync(request, http.RequestAborted);
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Empty;
    }

    public async Task<HttpAnswer> DeleteAsync(HttpContext http, JsonFields body)
    {
        var (proof, refused) = ReadProof(http, body);
        if (proof is null)
        {
            return HttpAnswer.Refused(refused!);
        }

        var outcome = await directory.Credentials(proof.Token.Account).CloseAsync(proof, http.RequestAborted);
        return outcome.Refusal is { } refusal ? RefusedProof(http, refusal) : HttpAnswer.Empty;
    }

    public async Task<HttpAnswer> ExportAsync(HttpContext http, JsonFields body)
    {
        var (proof, refused) = ReadProof(http, body);
        if (proof is null)
        {
            return HttpAnswer.Refused(refused!);
        }

        var export = directory.Export(proof.Token.Account);
        var begun = await export.BeginExportAsync(proof, http.RequestAborted);
        return begun.Refusal is { } refusal
            ? RefusedProof(http, refusal)
            : HttpAnswer.Lines($"{proof.Token.Account}.jsonl", (writer, cancellation) => CopyAsync(export, proof.Token, begun.Get(), writer, cancellation));
    }

    /// <summary>One page at a time, the next when the client has room for it.</summary>
    private static async Task CopyAsync(IAccountExportGrain export, TokenClaims token, ExportPage page, PipeWriter writer, CancellationToken cancellation)
    {
        while (true)
        {
            if ((await writer.WriteAsync(page.Lines, cancellation)).IsCompleted || page.Next is not { } next)
            {
                return;
            }

            var read = await export.ReadExportAsync(token, next);
            page = read.Refusal is { } refusal ? throw new IOException($"The export ends in the middle: {refusal.Code}.") : read.Get();
        }
    }

    /// <summary>A token of ours in the header, and what shows once more that it is the owner: <c>password</c> or <c>jwt</c>.</summary>
    private (OwnerProof? Proof, Refusal? Refusal) ReadProof(HttpContext http, JsonFields body)
    {
        if (!TryAuthenticate(http, out var token))
        {
            return (null, s_unauthenticated);
        }

        var jwt = body.OptionalText("jwt"u8);
        if (jwt is null && !body.Has("password"u8))
        {
            body.Refuse(ErrorCodes.InvalidArgument, "password: required, the account's own; or jwt, a fresh token of the app's own sign-in, in place of it.");
        }

        var password = jwt is null ? body.Text("password"u8, ProtocolLimits.MaxPassword) : body.OptionalText("password"u8);
        if (jwt is not null && password is not null)
        {
            body.Refuse(ErrorCodes.InvalidArgument, "jwt: given beside password. Give one of the two.");
        }

        return (body.Fault ?? limits.CheckSignIn(http)) is { } fault ? (null, fault) : (new OwnerProof { Token = token, Password = password, Jwt = jwt }, null);
    }

    private HttpAnswer RefusedProof(HttpContext http, Refusal refusal)
    {
        if (refusal.Code == ErrorCodes.BadCredentials)
        {
            limits.CountFailedSignIn(http);
        }

        return HttpAnswer.Refused(refusal);
    }

    private async Task<Outcome<SignedIn>> LogInToAccountAsync(HttpContext http, string account, string password)
    {
        var outcome = await directory.Credentials(account).LogInAsync(password, http.RequestAborted);
        return outcome.Refusal is { } refusal ? refusal : new SignedIn(account, outcome.Get(), "account");
    }

    /// <summary>The token says whose it claims to be; the account there says whether it is.</summary>
    private async Task<Outcome<SignedIn>> LogInByJwtAsync(HttpContext http, string jwt)
    {
        if (!issuers.TryRoute(jwt, out var account))
        {
            return s_badToken;
        }

        var outcome = await directory.Credentials(account).LogInByJwtAsync(jwt, http.RequestAborted);
        return outcome.Refusal is { } refusal ? refusal : new SignedIn(account, outcome.Get(), "jwt");
    }

    private async Task<Outcome<SignedIn>> LogInByMailboxAsync(HttpContext http, string mailbox, string password)
    {
        if (limits.CountMailboxSignIn(http) is { } fault)
        {
            return fault;
        }

        using var patience = new CancellationTokenSource(options.MailboxSignInTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, patience.Token);
        try
        {
            var outcome = await directory.Mailbox(mailbox).SignInAsync(password, stop.Token).WaitAsync(stop.Token);

            // Worded like a wrong password of an account, whatever was wrong.
            return outcome.Refusal is { } refusal
                ? (refusal.Code == ErrorCodes.BadCredentials ? s_badCredentials : refusal)
                : new SignedIn(outcome.Get().Account, outcome.Get().Grant, "mailbox");
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            audit.OnFailure("mailbox", s_mailServerSilent);
            return s_mailServerSilent;
        }
    }

    private TokenClaims Claims(SignedIn signedIn, string device, DateTimeOffset at) => new()
    {
        // An account of an earlier version has no list of devices yet.
        TokenId = signedIn.Grant.TokenId ?? RandomIds.Next(),
        Account = signedIn.Account,
        Generation = signedIn.Grant.Generation,
        IssuedAt = at,
        ExpiresAt = at + options.TokenLifetime,
        Device = device,
        Via = signedIn.Via,
    };

    private bool TryAuthenticate(HttpContext http, [NotNullWhen(true)] out TokenClaims? token)
    {
        token = null;
        return BearerHeader.TryRead(http.Request, out var text) && tokens.TryUnseal(text, out token);
    }

    /// <summary>Who has signed in, and with what.</summary>
    private sealed record SignedIn(string Account, TokenGrant Grant, string Via);
}
