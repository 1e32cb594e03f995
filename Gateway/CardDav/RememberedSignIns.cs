using System.Security.Cryptography;
using System.Text;

namespace OrleansIM.Gateway.CardDav;

/// <summary>
/// Sign-ins that are under way or were right, each under a hash of its credentials with a key of this process. Bounded;
/// what was over longest goes first.
/// </summary>
internal sealed class RememberedSignIns(int capacity, TimeProvider time)
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RememberedSignIn> _all = [];

    /// <summary>The sign-in of these credentials, if it is not over.</summary>
    public RememberedSignIn? Find(BasicCredentials credentials)
    {
        lock (_gate)
        {
            return _all.GetValueOrDefault(NameOf(credentials)) is { } found && found.Until > time.GetUtcNow() ? found : null;
        }
    }

    /// <summary>Remembers a sign-in that begins; or answers the one that began a moment ago.</summary>
    public RememberedSignIn Begin(BasicCredentials credentials, Func<Task<Outcome<SignedInBook>>> check)
    {
        var name = NameOf(credentials);
        lock (_gate)
        {
            if (_all.TryGetValue(name, out var other) && other.Until > time.GetUtcNow())
            {
                return other;
            }

            _all.Remove(name);
            MakeRoom();
            return _all[name] = new RememberedSignIn(new Lazy<Task<Outcome<SignedInBook>>>(check));
        }
    }

    public void Forget(BasicCredentials credentials, RememberedSignIn signIn)
    {
        var name = NameOf(credentials);
        lock (_gate)
        {
            if (_all.GetValueOrDefault(name) == signIn)
            {
                _all.Remove(name);
            }
        }
    }

    private void MakeRoom()
    {
        if (_all.Count < capacity)
        {
            return;
        }

        var now = time.GetUtcNow();
        foreach (var over in _all.Where(one => one.Value.Until <= now).Select(one => one.Key).ToArray())
        {
            _all.Remove(over);
        }

        if (_all.Count >= capacity)
        {
            _all.Remove(_all.MinBy(one => one.Value.Until).Key);
        }
    }

    private string NameOf(BasicCredentials credentials) =>
        Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{credentials.Login.Length}:{credentials.Login}{credentials.Password}")));
}

/// <summary>A sign-in that is remembered. Requests that come at once wait for the same check.</summary>
internal sealed class RememberedSignIn(Lazy<Task<Outcome<SignedInBook>>> check)
{
    public Task<Outcome<SignedInBook>> Outcome => check.Value;

    /// <summary>Until when it is good; without end while it is being checked.</summary>
    public DateTimeOffset Until { get; set; } = DateTimeOffset.MaxValue;
}
