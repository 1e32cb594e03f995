using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.Runtime;
using OrleansIM.Accounts;
using OrleansIM.Audit;
using OrleansIM.Grains.Concurrency;
using OrleansIM.Invites;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Grains.Service;

/// <summary>
/// The door for an app's own servers, and the credentials that open it (<c>ServiceGrain.Credentials.cs</c>). It checks, calls
/// the account, and writes each call into the audit log. Since every call comes through here, a credential that is revoked is
/// so at once, and for every gateway.
/// </summary>
[GrainType("im-service"), Reentrant]
internal sealed partial class ServiceGrain(
    [PersistentState(StorageNames.ServiceCredentials, StorageNames.State)] IPersistentState<ServiceCredentialsState> state,
    SecurityAudit audit,
    TimeProvider time,
    ILogger<ServiceGrain> logger) : Grain, IServiceGrain, IServiceCredentialsGrain
{
    private readonly AsyncGate _changes = new();

    // By credential. In memory: an activation that is new begins with full ones.
    private readonly Dictionary<string, CallBudget> _budgets = [];

    public Task<Outcome> CheckSecretAsync(string secret) => Task.FromResult(Find(secret, time.GetUtcNow()) is null ? ServiceRules.Unauthenticated : Outcome.Done);

    public Task<Outcome> CreateAccountAsync(string secret, string account, CreateAccount request, CancellationToken cancellation) =>
        ServeAsync(new Call(secret, "accounts.create", ServiceScopes.CreateAccounts, account), _ => Service(account).CreateAsync(request, cancellation));

    public Task<Outcome<AccountDescription>> DescribeAccountAsync(string secret, string account) =>
        ServeAsync(new Call(secret, "accounts.read", ServiceScopes.ReadAccounts, account), _ => Admin(account).DescribeAsync());

    public Task<Outcome> SetDisabledAsync(string secret, string account, bool disabled) => ServeAsync(
        new Call(secret, disabled ? "accounts.disable" : "accounts.enable", ServiceScopes.DisableAccounts, account),
        _ => Credentials(account).SetDisabledAsync(disabled));

    public Task<Outcome> DeleteAccountAsync(string secret, string account) =>
        ServeAsync(new Call(secret, "accounts.delete", ServiceScopes.DeleteAccounts, account), _ => Credentials(account).DeleteAsync());

    public Task<Outcome> SetPasswordAsync(string secret, string account, string password, CancellationToken cancellation) =>
        ServeAsync(new Call(secret, "accounts.password", ServiceScopes.SetPasswords, account), _ => Service(account).SetPasswordAsync(password, cancellation));

    public Task<Outcome<SeenSession[]>> ListSessionsAsync(string secret, string account) =>
        ServeAsync(new Call(secret, "sessions.list", ServiceScopes.ReadAccounts, account), _ => Admin(account).ListAllSessionsAsync());

    public Task<Outcome> SignOutAsync(string secret, string account, string? session) =>
        ServeAsync(new Call(secret, "sessions.end", ServiceScopes.EndSessions, account), _ => Admin(account).SignOutAsync(session));

    public Task<Outcome<ServiceMessagesSent>> SendAsync(string secret, string[] to, ServiceMessage message) =>
        ServeAsync(new Call(secret, $"messages.send {to.Length}", ServiceScopes.SendMessages, to), credential => SendAsync(credential, to, message));

    public Task<Outcome<NewInvite>> CreateInviteAsync(string secret, CreateInvite request) => ServeAsync(
        new Call(secret, "invites.create", ServiceScopes.Invites),
        credential => Invites.CreateAsync(request with { MadeBy = credential.Id, Prefix = credential.Prefix }));

    public Task<Outcome<InviteInfo[]>> ListInvitesAsync(string secret) =>
        ServeAsync(new Call(secret, "invites.list", ServiceScopes.Invites), async credential => (Outcome<InviteInfo[]>)await Invites.ListAsync(credential.Id));

    public Task<Outcome> RevokeInviteAsync(string secret, string invite) =>
        ServeAsync(new Call(secret, "invites.revoke", ServiceScopes.Invites), credential => Invites.RevokeAsync(invite, credential.Id));

    private IAccountServiceGrain Service(string account) => GrainFactory.GetGrain<IAccountServiceGrain>(account);

    private IAccountAdminGrain Admin(string account) => GrainFactory.GetGrain<IAccountAdminGrain>(account);

    private IAccountCredentialsGrain Credentials(string account) => GrainFactory.GetGrain<IAccountCredentialsGrain>(account);

    private IInvitesGrain Invites => GrainFactory.GetGrain<IInvitesGrain>(IInvitesGrain.Key);

    private async Task<Outcome> ServeAsync(Call call, Func<ServiceCredential, Task<Outcome>> serve)
    {
        var outcome = await ServeAsync<bool>(call, async credential => (await serve(credential)).Refusal is { } refusal ? refusal : true);
        return new Outcome { Refusal = outcome.Refusal };
    }

    private async Task<Outcome<T>> ServeAsync<T>(Call call, Func<ServiceCredential, Task<Outcome<T>>> serve)
    {
        var now = time.GetUtcNow();
        if (Find(call.Secret, now) is not { } credential)
        {
            return ServiceRules.Unauthenticated;
        }

        var code = ErrorCodes.Unavailable;
        try
        {
            Outcome<T> outcome = (Spend(credential, call.Cost, now) ?? ServiceRules.Check(credential, call.Scope, call.Accounts)) is { } refusal ? refusal : await serve(credential);
            code = outcome.Refusal?.Code ?? SecurityAudit.Ok;
            return outcome;
        }
        finally
        {
            // What is no account may be a secret in the wrong field.
            audit.Write(AuditEvents.Service, code == ErrorCodes.UnknownAccount ? null : call.Account, code, detail: $"{credential.Id} {call.What}");
        }
    }

    private ServiceCredential? Find(string secret, DateTimeOffset now)
    {
        var credential = ServiceRules.Find(state.State, secret, now);
        if (credential is null)
        {
            audit.Write(AuditEvents.ServiceRefused, null, ErrorCodes.Unauthenticated);
        }

        return credential;
    }

    private Refusal? Spend(ServiceCredential credential, int calls, DateTimeOffset now)
    {
        if (!_budgets.TryGetValue(credential.Id, out var budget))
        {
            _budgets[credential.Id] = budget = new CallBudget(credential.CallsPerMinute, now);
        }

        return budget.TryTake(calls, now, out var pause) ? null
            : new Refusal(ErrorCodes.SlowDown, $"This credential has {credential.CallsPerMinute} calls a minute. Wait and try again.", pause);
    }

    /// <summary>A call: with which secret, what it is called in the audit log, what it takes, and whom it is about.</summary>
    private readonly record struct Call(string Secret, string What, string Scope, params string[] Accounts)
    {
        public int Cost => Math.Max(1, Accounts.Length);

        public string? Account => Accounts.Length == 1 ? Accounts[0] : null;
    }
}
