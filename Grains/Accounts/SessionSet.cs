using System.Diagnostics.CodeAnalysis;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// The sessions of an account: mostly one, and never many. They are looked for one after the other, and the array is as
/// long as there are sessions. A field of this type is not <c>readonly</c>, and is not copied.
/// </summary>
internal struct SessionSet
{
    private AccountSession[] _sessions = [];

    public SessionSet()
    {
    }

    public readonly int Count => _sessions.Length;

    /// <summary>Those there are now; it does not change when sessions come or go.</summary>
    public readonly IReadOnlyList<AccountSession> Values => _sessions;

    public readonly AccountSession this[string id] => Find(id) ?? throw new KeyNotFoundException("The account has no such session.");

    public readonly bool ContainsKey(string id) => Find(id) is not null;

    public readonly bool TryGetValue(string id, [MaybeNullWhen(false)] out AccountSession session)
    {
        session = Find(id);
        return session is not null;
    }

    /// <summary>Adds a session, in place of the one of its id.</summary>
    public void Set(AccountSession session)
    {
        Remove(session.Id);
        _sessions = [.. _sessions, session];
    }

    public bool Remove(string id) => Remove(id, out _);

    public bool Remove(string id, [MaybeNullWhen(false)] out AccountSession session)
    {
        if (!TryGetValue(id, out session))
        {
            return false;
        }

        var gone = session;
        _sessions = Array.FindAll(_sessions, other => other != gone);
        return true;
    }

    private readonly AccountSession? Find(string id)
    {
        foreach (var session in _sessions)
        {
            if (session.Id == id)
            {
                return session;
            }
        }

        return null;
    }
}
