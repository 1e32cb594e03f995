using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>
/// The requests that wait for their answers, over all connections of a session. Those that can be repeated wait for the
/// next connection when one breaks, and go out again in their order; the others fail.
/// </summary>
internal sealed class RequestTable
{
    private readonly object _gate = new();
    private readonly Dictionary<long, PendingRequest> _pending = [];
    private Action<byte[]>? _write;
    private bool _allPages;
    private ImException _offline = new(ErrorCodes.Unavailable, "The stream is not open yet.");
    private ImException? _closed;
    private long _lastId;

    public long NextId() => Interlocked.Increment(ref _lastId);

    /// <summary>Sends a request, or keeps it for the next connection.</summary>
    /// <exception cref="ImException">There is no connection and the request cannot wait for one.</exception>
    public void Issue(PendingRequest request)
    {
        lock (_gate)
        {
            if (_closed is not null || (_write is null && !request.Resend))
            {
                throw (_closed ?? _offline).Copy();
            }

            _pending.Add(request.Id, request);
            if (_allPages || !request.Resend)
            {
                _write!(request.Frame);
            }
        }
    }

    /// <summary>The asker has gone.</summary>
    public void Forget(long id)
    {
        lock (_gate)
        {
            _pending.Remove(id);
        }
    }

    /// <summary>An answer came; one to a request that nobody waits for any more is dropped.</summary>
    public void Complete(long id, JsonElement frame)
    {
        PendingRequest? request;
        lock (_gate)
        {
            _pending.Remove(id, out request);
        }

        if (frame.Find("err") is { } error)
        {
            request?.Fail(JsonRead.Error(error));
        }
        else
        {
            request?.Answer(frame.Find("ok") ?? default);
        }
    }

    /// <summary>The server takes requests.</summary>
    public void GoOnline(Action<byte[]> write)
    {
        lock (_gate)
        {
            _write = write;
        }
    }

    /// <summary>All pages are there: what waited for a connection goes out, in its order.</summary>
    /// <remarks>Not before: a send as an account whose page is not there yet might be refused for good.</remarks>
    public void SendWaiting()
    {
        lock (_gate)
        {
            _allPages = true;
            foreach (var request in _pending.Values.Where(request => request.Resend).OrderBy(request => request.Id))
            {
                _write!(request.Frame);
            }
        }
    }

    public void GoOffline(ImException reason) => Drop(reason, request => !request.Resend);

    /// <summary>The session is over: everything that waits fails, and everything that comes.</summary>
    public void Close(ImException reason)
    {
        lock (_gate)
        {
            _closed ??= reason;
        }

        Drop(reason, static _ => true);
    }

    private void Drop(ImException reason, Func<PendingRequest, bool> which)
    {
        PendingRequest[] dropped;
        lock (_gate)
        {
            _write = null;
            _allPages = false;
            _offline = new ImException(ErrorCodes.Unavailable, "The connection is down: " + reason.Message, reason.RetryAfter, reason);
            dropped = [.. _pending.Values.Where(which)];
            foreach (var request in dropped)
            {
                _pending.Remove(request.Id);
            }
        }

        foreach (var request in dropped)
        {
            request.Fail((_closed ?? _offline).Copy());
        }
    }
}
