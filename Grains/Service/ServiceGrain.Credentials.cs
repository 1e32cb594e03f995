using OrleansIM.Audit;
using OrleansIM.Grains.Secrets;
using OrleansIM.Service;

namespace OrleansIM.Grains.Service;

/// <summary>Credentials: made, replaced and revoked by an operator, one change at a time.</summary>
internal sealed partial class ServiceGrain
{
    public async Task<Outcome<NewServiceSecret>> CreateAsync(CreateServiceCredential request)
    {
        var id = ServiceRules.NewId();
        var secret = ServiceRules.NewSecret(id);
        var credential = new ServiceCredential
        {
            Id = id,
            Name = request.Name,
            Scopes = [.. ServiceScopes.All.Intersect(request.Scopes)],
            Prefix = request.Prefix,
            CallsPerMinute = request.CallsPerMinute,
            CreatedAt = time.GetUtcNow(),
            Hash = SpokenSecret.Hash(secret),
        };
        var changed = await ChangeAsync(current => ServiceRules.Add(current, credential));
        audit.Write(AuditEvents.ServiceCredentialCreated, null, changed.Refusal?.Code ?? SecurityAudit.Ok, detail: $"{id} {string.Join(' ', credential.Scopes)}");
        return changed.Refusal is { } refusal ? refusal
            : new NewServiceSecret { Secret = secret, Credential = ServiceRules.Describe(credential, time.GetUtcNow()) };
    }

    public Task<ServiceCredentialInfo[]> ListAsync() =>
        Task.FromResult(Array.ConvertAll(state.State.Credentials, credential => ServiceRules.Describe(credential, time.GetUtcNow())));

    public async Task<Outcome<NewServiceSecret>> RotateAsync(string id, TimeSpan overlap)
    {
        var secret = ServiceRules.NewSecret(id);
        var now = time.GetUtcNow();
        var changed = await ChangeAsync(current => ServiceRules.Rotate(current, id, SpokenSecret.Hash(secret), now + overlap));
        if (changed.Refusal is { } refusal)
        {
            return refusal;
        }

        audit.Write(AuditEvents.ServiceCredentialRotated, null, detail: id);
        return state.State.Credentials.FirstOrDefault(credential => credential.Id == id) is { } rotated
            ? new NewServiceSecret { Secret = secret, Credential = ServiceRules.Describe(rotated, now) }
            : ServiceRules.NoCredential;
    }

    public async Task<Outcome> RevokeAsync(string id)
    {
        var changed = await ChangeAsync(current => ServiceRules.Revoke(current, id));
        if (!changed.IsRefused)
        {
            _budgets.Remove(id);
            audit.Write(AuditEvents.ServiceCredentialRevoked, null, detail: id);
        }

        return changed;
    }

    private async Task<Outcome> ChangeAsync(Func<ServiceCredentialsState, Outcome<ServiceCredentialsState>> change)
    {
        using var gate = await _changes.EnterAsync();
        var decision = change(state.State);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        await state.ReplaceAsync(decision.Get(), DeactivateOnIdle);
        return Outcome.Done;
    }
}
