using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>
/// Connections to mail servers as a bounded resource of a silo: in total, per host, and being opened at once per host.
/// Who comes too early waits in line, first come, first served; one host that is full or slow to open does not hold up
/// those who want another.
/// </summary>
/// <remarks>
/// A place is for one connection. Who holds one and waits for a second can wait for itself, so nobody does: a second
/// connection is opened by somebody who can do without.
/// </remarks>
public sealed class ConnectionLimits
{
    private readonly int _most;
    private readonly int _mostPerHost;
    private readonly int _mostOpening;
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Host> _hosts = new(StringComparer.OrdinalIgnoreCase);
    private int _taken;
    private int _waiting;
    private long _arrivals;

    public ConnectionLimits(IOptions<MailOptions> options)
    {
        _most = options.Value.MaxConnections;
        _mostPerHost = options.Value.MaxConnectionsPerHost;
        _mostOpening = options.Value.MaxOpeningPerHost;
    }

    /// <summary>Places that are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock)
            {
                return _taken;
            }
        }
    }

    /// <summary>Those who wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiting;
            }
        }
    }

    /// <summary>
    /// Waits for a place. It counts as being opened until <see cref="ConnectionPlace.MarkOpen"/>, and is given back when it
    /// is disposed.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cancelled while waiting; no place is taken.</exception>
    public async Task<ConnectionPlace> EnterAsync(string host, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        host = HostPolicy.Normalize(host) ?? host;
        LinkedListNode<Waiter> node;
        lock (_lock)
        {
            if (!_hosts.TryGetValue(host, out var at))
            {
                _hosts.Add(host, at = new Host(host));
            }

            node = at.Line.AddLast(new Waiter(at, _arrivals++));
            _waiting++;
            GiveOut(at);
        }

        using (cancellation.Register(() => Leave(node, cancellation)))
        {
            await node.Value.Place.Task;
        }

        return new ConnectionPlace(this, node.Value.At);
    }

    internal void MarkOpen(ConnectionPlace place)
    {
        lock (_lock)
        {
            if (place.State == PlaceState.Opening)
            {
                place.State = PlaceState.Open;
                place.At.Opening--;
                GiveOut(place.At);
            }
        }
    }

    internal void Give(ConnectionPlace place)
    {
        lock (_lock)
        {
            if (place.State == PlaceState.Given)
            {
                return;
            }

            place.At.Opening -= place.State == PlaceState.Opening ? 1 : 0;
            place.State = PlaceState.Given;
            place.At.Taken--;
            if (_taken-- == _most)
            {
                // All hosts stood in one line for the places there are in total.
                GiveToEldest();
            }
            else
            {
                GiveOut(place.At);
            }

            Forget(place.At);
        }
    }

    private void Leave(LinkedListNode<Waiter> node, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (node.List is null)
            {
                // It has got its place in this very moment.
                return;
            }

            node.List.Remove(node);
            _waiting--;
            Forget(node.Value.At);
        }

        node.Value.Place.TrySetCanceled(cancellation);
    }

    /// <summary>One host's limits have changed, or somebody came: the first in its line go in, while they fit.</summary>
    private void GiveOut(Host at)
    {
        while (_taken < _most && Fits(at))
        {
            Take(at);
        }
    }

    private void GiveToEldest()
    {
        while (_taken < _most && Eldest() is { } eldest)
        {
            Take(eldest);
        }
    }

    private Host? Eldest() => _hosts.Values.Where(Fits).MinBy(at => at.Line.First!.Value.Arrival);

    private bool Fits(Host at) => at.Line.Count > 0 && at.Taken < _mostPerHost && at.Opening < _mostOpening;

    private void Take(Host at)
    {
        var waiter = at.Line.First!.Value;
        at.Line.RemoveFirst();
        _waiting--;
        at.Taken++;
        at.Opening++;
        _taken++;
        waiter.Place.TrySetResult();
    }

    private void Forget(Host at)
    {
        if (at.Taken == 0 && at.Line.Count == 0)
        {
            _hosts.Remove(at.Name);
        }
    }

    internal sealed class Host(string name)
    {
        public string Name => name;

        public int Taken { get; set; }

        public int Opening { get; set; }

        public LinkedList<Waiter> Line { get; } = [];
    }

    internal sealed class Waiter(Host at, long arrival)
    {
        public Host At => at;

        public long Arrival => arrival;

        public TaskCompletionSource Place { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

internal enum PlaceState
{
    Opening,
    Open,
    Given,
}

/// <summary>A place for one connection. Dispose it when the connection is closed.</summary>
public sealed class ConnectionPlace : IAsyncDisposable, IDisposable
{
    private readonly ConnectionLimits _limits;

    internal ConnectionPlace(ConnectionLimits limits, ConnectionLimits.Host at) => (_limits, At) = (limits, at);

    internal ConnectionLimits.Host At { get; }

    internal PlaceState State { get; set; } = PlaceState.Opening;

    /// <summary>The connection is open: the next may be opened to this host.</summary>
    public void MarkOpen() => _limits.MarkOpen(this);

    public void Dispose() => _limits.Give(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
