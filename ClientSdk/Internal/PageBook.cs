using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>
/// The pages of the session and those who listen. A change of a page and its event are one step under one lock, so a
/// new reader starts at an exact place: the pages as they are, then everything after.
/// </summary>
internal sealed partial class PageBook(ImClientOptions options)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, PageState> _pages = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _shown = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, long> _gaps = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _reload = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<EventSubscription> _listeners = [];
    private readonly ClientMetrics _metrics = options.Metrics;
    private bool _ready;
    private bool _ended;

    /// <summary>Forgets the pages of an earlier sign-in.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _pages.Clear();
            _gaps.Clear();
            _reload.Clear();
            _ready = false;
        }
    }

    /// <summary>A connection begins: what to resume, where each page is.</summary>
    public IReadOnlyDictionary<string, long> BeginConnection()
    {
        lock (_gate)
        {
            _shown.Clear();
            return _pages.Where(page => !_reload.Contains(page.Key)).ToDictionary(page => page.Key, page => page.Value.Cursor);
        }
    }

    /// <summary>A <c>page</c> came.</summary>
    public void Open(string account, string via, PageData data)
    {
        lock (_gate)
        {
            _shown.Add(account);
            _reload.Remove(account);
            var known = _pages.TryGetValue(account, out var page);
            if (known && data.Resumed)
            {
                _metrics.PageOpened("resumed");
                var resumed = page!.Resume(data, via);
                _listener?.Changed(page, reloaded: false);
                foreach (var missed in resumed)
                {
                    Tell(missed);
                }

                return;
            }

            _pages[account] = page = new PageState(account, via, data, options.RecentPerPage);
            _listener?.Changed(page, known);
            _metrics.PageOpened(known ? "reloaded" : "fresh");
            Tell(new PageOpened { Account = account, Page = page.Snapshot(), Reloaded = known });
        }
    }

    /// <summary>Applies an event and hands it on.</summary>
    /// <exception cref="ImException">An event before it is missing.</exception>
    public void Take(ImEvent happened)
    {
        lock (_gate)
        {
            // No page, no cursor to keep the promises with: what is late for a page that has gone is not shown.
            if (!_pages.TryGetValue(happened.Account, out var page))
            {
                if (happened is UnknownEvent { Account: "" })
                {
                    Tell(happened);
                }

                return;
            }

            if (happened.Seq is null)
            {
                TakeEphemeral(page, happened);
                return;
            }

            switch (page.ApplyDurable(ref happened))
            {
                case Applied.Next:
                    if (happened is MessageReceived { IsOwn: false })
                    {
                        _metrics.MessageReceived();
                    }

                    Tell(happened);
                    _listener?.Changed(page, reloaded: false);
                    break;
                case Applied.Gap:
                    throw Gap(happened, page.Cursor);
            }
        }
    }

    /// <summary>All pages are there; those that were not shown again have left while the connection was down.</summary>
    public void Complete()
    {
        lock (_gate)
        {
            foreach (var account in _pages.Keys.Where(account => !_shown.Contains(account)).ToArray())
            {
                Remove(new PageGone { Account = account, Reason = "unlinked" });
            }

            Tell(_ready ? new Reconnected() : new Ready());
            _ready = true;
        }
    }

    public void MarkRead(string account, string peer, long upTo)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(account, out var page))
            {
                page.MarkRead(peer, upTo);
                _listener?.Changed(page, reloaded: false);
            }
        }
    }

    public void AddMailbox(string account, Mailbox mailbox)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(account, out var page))
            {
                page.AddMailbox(mailbox);
                _listener?.Changed(page, reloaded: false);
            }
        }
    }

    public void RemoveMailbox(string account, string address)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(account, out var page))
            {
                page.RemoveMailbox(address);
                _listener?.Changed(page, reloaded: false);
            }
        }
    }

    public void Publish(ImEvent happened)
    {
        lock (_gate)
        {
            _ready &= happened is not SignedOut;
            Tell(happened);
        }
    }

    /// <param name="filter">Which events; all when null.</param>
    /// <param name="replay">Whether the pages that are open are told of first.</param>
    public EventSubscription Subscribe(Func<ImEvent, bool>? filter, bool replay)
    {
        var listener = new EventSubscription(options.EventBuffer, filter);
        lock (_gate)
        {
            if (_ended)
            {
                listener.End();
                return listener;
            }

            _listeners.Add(listener);
            if (replay)
            {
                foreach (var (account, page) in _pages)
                {
                    listener.Offer(new PageOpened { Account = account, Page = page.Snapshot() });
                }

                if (_ready)
                {
                    listener.Offer(new Ready());
                }
            }
        }

        return listener;
    }

    public void Unsubscribe(EventSubscription listener)
    {
        lock (_gate)
        {
            _listeners.Remove(listener);
        }

        listener.End();
    }

    /// <summary>No more events, ever: those who wait for one are let go.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            _listeners.ForEach(listener => listener.End());
            _listeners.Clear();
        }
    }

    private void TakeEphemeral(PageState page, ImEvent happened)
    {
        if (happened is PageGone gone)
        {
            Remove(gone);
            return;
        }

        page.ApplyEphemeral(happened);
        Tell(happened);

        // The others are of the moment and in no record.
        if (happened is MailChanged or ChannelChanged)
        {
            _listener?.Changed(page, reloaded: false);
        }
    }

    private void Remove(PageGone gone)
    {
        _pages.Remove(gone.Account);
        _listener?.Gone(gone.Account);
        Tell(gone);
    }

    private void Tell(ImEvent happened) => _listeners.ForEach(listener => listener.Offer(happened));

    /// <summary>The first gap at a place asks to resume; the second shows that resuming does not help: reload.</summary>
    private ImException Gap(ImEvent happened, long cursor)
    {
        if (_gaps.TryGetValue(happened.Account, out var before) && before == cursor)
        {
            _reload.Add(happened.Account);
        }

        _gaps[happened.Account] = cursor;
        Tell(new GapDetected { Account = happened.Account, Expected = cursor + 1, Got = happened.Seq.GetValueOrDefault() });
        return new ImException(
            ErrorCodes.Internal,
            $"The server left a gap in the events of {happened.Account}: {happened.Seq} came after {cursor}. Reconnecting.");
    }
}
