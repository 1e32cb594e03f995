using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace OrleansIM.Sessions;

/// <summary>
/// The observers of this process's own gateway, by the references that it gives to accounts. An account of the same
/// process pushes to them without a call of the cluster, which would be most of what a push costs.
/// </summary>
public sealed class LocalGateways
{
    private readonly ConcurrentDictionary<IGatewayObserver, IGatewayObserver> _observers = [];

    /// <summary>
    /// Has what is pushed through a reference go to <paramref name="observer"/>, which must not do the work in the caller's turn.
    /// </summary>
    public void Add(IGatewayObserver reference, IGatewayObserver observer) => _observers[reference] = observer;

    /// <summary>The observer behind a reference if it is one of this process.</summary>
    public bool TryFind(IGatewayObserver reference, [MaybeNullWhen(false)] out IGatewayObserver observer) =>
        _observers.TryGetValue(reference, out observer);
}
