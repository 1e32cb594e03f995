namespace OrleansIM.Client.Internal;

/// <content>What the session has to do with its pages: it keeps them, and its outbox changes with them.</content>
internal sealed partial class PageBook
{
    private IPageListener? _listener;
    private ConnectionStatus _status;

    /// <summary>Guards the pages, and what changes with them.</summary>
    public object Gate => _gate;

    public ConnectionStatus Status
    {
        get
        {
            lock (_gate)
            {
                return _status;
            }
        }
    }

    public void SetStatus(ConnectionStatus status)
    {
        lock (_gate)
        {
            if (_status != status)
            {
                _status = status;
                Tell(new StatusChanged { Status = status });
            }
        }
    }

    /// <summary>Tells a session of its pages from now on.</summary>
    public void Listen(IPageListener listener)
    {
        lock (_gate)
        {
            _listener = listener;
        }
    }

    /// <summary>The session of a listener is over.</summary>
    public void StopListening(IPageListener listener)
    {
        lock (_gate)
        {
            if (_listener == listener)
            {
                _listener = null;
                _ready = false;
            }
        }
    }

    /// <summary>Takes a page of the local store.</summary>
    public void Restore(string account, StoredPage stored)
    {
        lock (_gate)
        {
            var page = _pages[account] = new PageState(account, stored.Via, stored.ToData(), options.RecentPerPage, isLocal: true);
            Tell(new PageOpened { Account = account, Page = page.Snapshot() });
        }
    }

    /// <summary>The last durable event of a page; 0 if it is not there.</summary>
    public long CursorOf(string account)
    {
        lock (_gate)
        {
            return _pages.TryGetValue(account, out var page) ? page.Cursor : 0;
        }
    }

    public PeerReceipts? ReceiptsOf(string account, string peer)
    {
        lock (_gate)
        {
            return _pages.TryGetValue(account, out var page) ? page.ReceiptsOf(peer) : null;
        }
    }
}

/// <summary>Who is told that a page is another; under the lock of the pages.</summary>
internal interface IPageListener
{
    /// <param name="page">The page.</param>
    /// <param name="reloaded">It began anew.</param>
    void Changed(PageState page, bool reloaded);

    void Gone(string account);
}
