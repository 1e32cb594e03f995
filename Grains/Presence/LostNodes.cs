using System.Collections.Concurrent;

namespace OrleansIM.Grains.Presence;

/// <summary>
/// Processes that have left the cluster. Their sessions have ended without a word: accounts drop them, instead of showing
/// them until their lease is over.
/// </summary>
public sealed class LostNodes
{
    // A name is of one life of a process, so it stays true; a cluster loses few in the life of a silo.
    private readonly ConcurrentDictionary<string, bool> _names = new();

    /// <summary>Raised after one was added, on the thread of whoever added it.</summary>
    internal event Action? Changed;

    /// <summary>For the host to call when a process has left the cluster.</summary>
    /// <param name="name">As in <c>OpenSession.Node</c>.</param>
    public void Add(string name)
    {
        if (_names.TryAdd(name, true))
        {
            Changed?.Invoke();
        }
    }

    internal bool Contains(string? name) => name is not null && !_names.IsEmpty && _names.ContainsKey(name);
}
