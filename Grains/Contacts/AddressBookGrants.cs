using System.Security.Cryptography;
using OrleansIM.Grains.Collections;

namespace OrleansIM.Grains.Contacts;

/// <summary>
/// Who may read an account's address book for a while: random keys in the memory of one activation. Each remembers the
/// credential it was given for, and is good only as long as that is. Pure but for the keys.
/// </summary>
/// <typeparam name="TCredential">What a grant was given for.</typeparam>
internal sealed class AddressBookGrants<TCredential> where TCredential : class
{
    /// <summary>How long a grant is good: the requests of one visit, and no more than a few visits.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    /// <summary>Grants at once; the oldest goes first. A gateway asks for one per credential.</summary>
    public const int MaxGrants = 64;

    private SparseMap<string, (TCredential Credential, DateTimeOffset Until)> _grants = new();

    public string Give(TCredential credential, DateTimeOffset now)
    {
        foreach (var key in _grants.Items.Where(grant => grant.Value.Until <= now).Select(grant => grant.Key).ToArray())
        {
            _grants.Remove(key);
        }

        if (_grants.Count >= MaxGrants)
        {
            _grants.Remove(_grants.Items.MinBy(grant => grant.Value.Until).Key);
        }

        var given = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _grants.Add(given, (credential, now + Lifetime));
        return given;
    }

    /// <summary>What a key was given for; null if it is none, or was good once.</summary>
    public TCredential? Find(string key, DateTimeOffset now) =>
        _grants.TryGetValue(key, out var grant) && grant.Until > now ? grant.Credential : null;
}
