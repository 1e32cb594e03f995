using Microsoft.AspNetCore.DataProtection.KeyManagement;

namespace OrleansIM.Hosting.Keys;

/// <summary>
/// Data Protection's own, whose keys are read again after a while: another process may have made or removed one. By itself
/// it would notice within a day.
/// </summary>
internal sealed class WatchedKeyManager(XmlKeyManager keys, TimeSpan refreshPeriod) : IDeletableKeyManager
{
    public bool CanDeleteKeys => keys.CanDeleteKeys;

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) => keys.CreateNewKey(activationDate, expirationDate);

    public IReadOnlyCollection<IKey> GetAllKeys() => keys.GetAllKeys();

    public CancellationToken GetCacheExpirationToken()
    {
        // Not disposed: it ends by itself, and who has its token may still ask it.
        var source = CancellationTokenSource.CreateLinkedTokenSource(keys.GetCacheExpirationToken());
        source.CancelAfter(refreshPeriod);
        return source.Token;
    }

    public void RevokeKey(Guid keyId, string? reason = null) => keys.RevokeKey(keyId, reason);

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => keys.RevokeAllKeys(revocationDate, reason);

    public bool DeleteKeys(Func<IKey, bool> shouldDelete) => keys.DeleteKeys(shouldDelete);
}
