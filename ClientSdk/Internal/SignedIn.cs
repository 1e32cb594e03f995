using System.Security.Cryptography;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>What there is of one session: its local copy, its outbox, its stream. Of its ends the first one counts.</summary>
internal sealed class SignedIn : IStreamListener, IPageListener
{
    private readonly ImClientOptions _options;
    private readonly PageBook _pages;
    private readonly LocalCopy _copy;
    private readonly TaskCompletionSource<bool> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, IReadOnlyList<MailParty>> _mailContacts = new(StringComparer.Ordinal);
    private readonly Lazy<Task> _loaded;
    private volatile StreamSession? _stream;
    private volatile ImException? _end;
    private volatile bool _signingOut;
    private int _over;
    private volatile bool _hasEnded;

    /// <param name="options">Of the client.</param>
    /// <param name="store">Where it is kept.</param>
    /// <param name="session">The session.</param>
    /// <param name="pages">The pages of the client.</param>
    /// <param name="ask">Sends a message over the requests of this session.</param>
    public SignedIn(ImClientOptions options, IStore store, Session session, PageBook pages, Func<RequestTable, OutgoingMessage, Task<SentMessage>> ask)
    {
        _options = options;
        _pages = pages;
        Session = session;
        var owner = Outbox.NewId();
        var scope = options.Server.GetLeftPart(UriPartial.Path).TrimEnd('/') + " " + session.Account;
        _copy = new LocalCopy(store, scope, owner, options.Clock, account => pages.TryGetValue(account, out var page) ? page : null, Report);
        _loaded = new Lazy<Task>(LoadOnceAsync);
        Outbox = new Outbox(options, pages, _copy, owner, message => ask(Requests, message));
    }

    public Session Session { get; }

    public Outbox Outbox { get; }

    /// <summary>The connection, or the attempts to have one; null if none is wanted.</summary>
    public StreamSession? Stream => _stream;

    /// <summary>It was signed out or refused: its token is no use any more.</summary>
    public bool HasEnded => _hasEnded;

    /// <summary>It has ended, or was let go of.</summary>
    public bool IsOver => Volatile.Read(ref _over) != 0;

    /// <summary>The requests of the stream.</summary>
    /// <exception cref="ImException">There is none.</exception>
    public RequestTable Requests => _end is { } end ? throw end.Copy()
        : _stream?.Requests ?? throw new ImException(ErrorCodes.Unavailable, "There is no connection. Call ConnectAsync first.");

    /// <summary>Pages and unsent messages of the local store are there.</summary>
    public Task LoadAsync() => _loaded.Value;

    /// <summary>Connects; ends when all pages are live.</summary>
    /// <param name="keepsTrying">Whether the first connection may fail and be tried again.</param>
    /// <param name="limit">How long it may take. Null: as long as it takes.</param>
    /// <param name="ct">Gives up: what was open before stays open.</param>
    public async Task ConnectAsync(bool keepsTrying, TimeSpan? limit, CancellationToken ct)
    {
        var stream = _stream;
        if (stream is null)
        {
            _stream = stream = new StreamSession(_options, Session.Token, _pages, this);
            stream.Start(keepsTrying);
        }

        try
        {
            await stream.ReadyAsync(limit, ct).ConfigureAwait(false);
        }
        catch when (!IsOver)
        {
            Outbox.GoOffline();
            await stream.StopAsync(new ImException(ErrorCodes.Unavailable, "The sign-in was given up.")).ConfigureAwait(false);
            _stream = null;
            stream.Dispose();
            _pages.SetStatus(ConnectionStatus.Local);
            throw;
        }
    }

    /// <summary>This client is about to end the session itself: the server saying so is no error.</summary>
    public void ExpectSignOut(bool expected = true) => _signingOut = expected;

    /// <summary>Signed out here: nothing stays on this device.</summary>
    public async Task SignOutAsync()
    {
        var reason = new ImException(ErrorCodes.Unauthenticated, "Signed out.");
        if (Begin(reason, forget: true))
        {
            _hasEnded = true;
            await StopStreamAsync(reason).ConfigureAwait(false);
            await EndAsync(null, null, forget: true).ConfigureAwait(false);
        }

        await _ended.Task.ConfigureAwait(false);
    }

    /// <summary>Lets go of everything; the session stays for the next time.</summary>
    public async Task CloseAsync(ImException reason)
    {
        if (Begin(reason, forget: false))
        {
            await StopStreamAsync(reason).ConfigureAwait(false);
            await _copy.CloseAsync().ConfigureAwait(false);
            _ended.TrySetResult(true);
        }

        await _ended.Task.ConfigureAwait(false);
        await StopStreamAsync(reason).ConfigureAwait(false);
        Interlocked.Exchange(ref _stream, null)?.Dispose();
    }

    /// <summary>Mail contacts of a key; none if nothing is known.</summary>
    public IReadOnlyList<MailParty> MailContacts(string key)
    {
        lock (_mailContacts)
        {
            return _mailContacts.TryGetValue(key, out var contacts) ? contacts : [];
        }
    }

    /// <returns>Ends when the store has them.</returns>
    public Task KeepMailContactsAsync(string key, IReadOnlyList<MailParty> contacts)
    {
        lock (_mailContacts)
        {
            _mailContacts[key] = contacts;
            return _copy.SaveMailContactsAsync(key, contacts);
        }
    }

    /// <summary>Replaces a list by what <paramref name="change"/> makes of it; nothing else does so meanwhile.</summary>
    public (T What, Task Kept) ChangeMailContacts<T>(string key, Func<IReadOnlyList<MailParty>, (IReadOnlyList<MailParty> Contacts, T What)> change)
    {
        lock (_mailContacts)
        {
            var (contacts, what) = change(MailContacts(key));
            return (what, KeepMailContactsAsync(key, contacts));
        }
    }

    void IPageListener.Changed(PageState page, bool reloaded)
    {
        _copy.SavePage(page.Account, reloaded);
        Outbox.ApplyReceipts(page);
    }

    void IPageListener.Gone(string account)
    {
        Outbox.DropAccount(account);
        _copy.DropAccount(account);
    }

    void IStreamListener.Status(ConnectionStatus status)
    {
        if (!IsOver)
        {
            _pages.SetStatus(status);
        }
    }

    void IStreamListener.Live()
    {
        Outbox.GoOnline();
        _ = TakeUpAsync();
    }

    void IStreamListener.Down() => Outbox.GoOffline();

    async Task IStreamListener.OverAsync(int? closeCode, ImException error)
    {
        // Signed out means that nothing stays on this device. A token that expired does not: what waits is sent after the next sign-in.
        var forget = closeCode == CloseCodes.SignedOut;
        if (Begin(error, forget))
        {
            _hasEnded = true;
            await EndAsync(closeCode, forget && _signingOut ? null : error, forget).ConfigureAwait(false);
        }
    }

    private bool Begin(ImException reason, bool forget)
    {
        if (Interlocked.Exchange(ref _over, 1) != 0)
        {
            return false;
        }

        _end = reason;
        _pages.StopListening(this);
        Outbox.Close(reason, forget);
        return true;
    }

    private async Task EndAsync(int? closeCode, ImException? error, bool forget)
    {
        _pages.SetStatus(ConnectionStatus.SignedOut);

        // First the store: who hears that the session is over may end the program.
        await (forget ? _copy.ClearAsync() : _copy.CloseAsync()).ConfigureAwait(false);
        _pages.Publish(new SignedOut { CloseCode = closeCode, Error = error });
        _ended.TrySetResult(true);
    }

    private async Task StopStreamAsync(ImException reason)
    {
        if (_stream is { } stream)
        {
            await stream.StopAsync(reason).ConfigureAwait(false);
        }
    }

    private async Task LoadOnceAsync()
    {
        var found = await _copy.LoadAsync().ConfigureAwait(false);
        if (IsOver)
        {
            return;
        }

        lock (_mailContacts)
        {
            foreach (var (key, contacts) in found.MailContacts)
            {
                _mailContacts[key] = contacts;
            }
        }

        foreach (var (account, page) in found.Pages.OrderByDescending(page => string.Equals(page.Key, Session.Account, StringComparison.OrdinalIgnoreCase)))
        {
            _pages.Restore(account, page);
        }

        Outbox.Adopt(found.Outgoing);
    }

    /// <summary>Another client may have ended with messages that were not sent.</summary>
    private async Task TakeUpAsync() => Outbox.Adopt(await _copy.TakeUpAsync().ConfigureAwait(false));

    private void Report(Exception broken) => _options.Report(broken, "The local store of the OrleansIM client failed; the client goes on without it: ");
}
