using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <summary>
/// A client of an OrleansIM server: one sign-in, one page for each account of the session, one stream of events. Every
/// method may be called from any thread. The connection is kept up by the client: when it breaks, it is made again and
/// continues where it was.
/// <para>
/// Every method that asks the server throws <see cref="ImException"/> when it is refused, when there is no answer within
/// <see cref="ImClientOptions.RequestTimeout"/>, or, <see cref="SendAsync"/> and <see cref="SendMailAsync"/> apart, when the connection is down or breaks
/// meanwhile (<c>unavailable</c>). Cancelling stops the waiting; what was sent may still be done. Messages to be sent and the
/// pages are kept in <see cref="ImClientOptions.Store"/>.
/// </para>
/// </summary>
public sealed partial class ImClient : IAsyncDisposable
{
    private readonly ImClientOptions _options;
    private readonly HttpApi _http;
    private readonly PageBook _pages;
    private readonly SemaphoreSlim _signIn = new(1, 1);
    private readonly CancellationTokenSource _disposing = new();
    private readonly IStore _store;
    private volatile Session? _given;
    private volatile SignedIn? _current;
    private volatile bool _disposed;

    /// <summary>Makes a client; nothing is connected yet.</summary>
    /// <param name="options">How to connect. Default: all defaults.</param>
    /// <exception cref="ArgumentException">The options are wrong; the message names each mistake.</exception>
    public ImClient(ImClientOptions? options = null)
    {
        _options = options ?? new ImClientOptions();
        _options.Validate();
        _http = new HttpApi(_options);
        _pages = new PageBook(_options);
        _store = _options.Store ?? new MemoryStore();
        _given = _options.Session;
    }

    /// <summary>
    /// The session that is open or was given; null before a sign-in and when it is over. An app may keep it to go on with
    /// it later (<see cref="OpenAsync"/>, <see cref="ConnectAsync"/>). Its token is as secret as a password.
    /// </summary>
    public Session? Session => _current is { } current ? (current.HasEnded ? null : current.Session) : _given;

    /// <summary>The token of <see cref="Session"/>.</summary>
    public string? Token => Session?.Token;

    /// <summary>The account that signed in; null when signed out.</summary>
    public string? Account => Session?.Account;

    /// <summary>The id of this session at the server, as of the last connection; null before the first.</summary>
    public string? SessionId => _current?.Stream?.Hello?.Session;

    /// <summary>How the client stands to its server; <see cref="StatusChanged"/> follows it.</summary>
    public ConnectionStatus Status => _pages.Status;

    /// <summary>
    /// The pages of the session by account id: live (it follows the events), safe to read from any thread; each
    /// <see cref="Page"/> in it is a snapshot. It may be ahead of an event that is still being handled.
    /// </summary>
    public IReadOnlyDictionary<string, Page> Pages => _pages;

    /// <summary>
    /// All events from now on, of all pages, in order. Begins with a <see cref="PageOpened"/> for each page that is open
    /// already and <see cref="Ready"/> if it is; nothing is lost between those and what follows. Each call is a reader of
    /// its own, to be enumerated once. It goes on over reconnects and further sign-ins and ends when the client is disposed.
    /// </summary>
    /// <param name="ct">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="ImException">While enumerating: <c>limit_reached</c>, the reader fell
    /// <see cref="ImClientOptions.EventBuffer"/> events behind. The pages are right; call again to go on from there.</exception>
    public IAsyncEnumerable<ImEvent> EventsAsync(CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return EnumerateAsync(_pages.Subscribe(null, replay: true), _pages, ct);
    }

    /// <summary>
    /// Calls a handler for each event of a type (<see cref="ImEvent"/> for all) from now on, one at a time, in order, on
    /// the thread pool or where <see cref="ImClientOptions.Dispatcher"/> says. What it throws goes to <see cref="ImClientOptions.HandlerError"/>, and the next event follows.
    /// </summary>
    /// <returns>Dispose it to stop.</returns>
    public IDisposable On<T>(Action<T> handler)
        where T : ImEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        return On<T>(happened =>
        {
            handler(happened);
            return Task.CompletedTask;
        });
    }

    /// <summary>As the other one; the next event waits for the task of this one.</summary>
    /// <returns>Dispose it to stop.</returns>
    public IDisposable On<T>(Func<T, Task> handler)
        where T : ImEvent
    {
        ArgumentNullException.ThrowIfNull(handler);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new HandlerSubscription(
            _pages, static happened => happened is T, happened => handler((T)happened), _options);
    }

    /// <summary>
    /// Tries to connect now instead of after the pause; a connection that is there is broken off when no sign of life comes within
    /// 5 s. For who knows that the network is another: a telephone that left the building, an app that was resumed, a person who
    /// does not want to wait. Nothing happens where no connection is wanted.
    /// </summary>
    public void Reconnect() => _current?.Stream?.Hurry();

    /// <summary>
    /// Any request by its name on the wire, for ops this SDK has no method for yet. Not repeated when the connection breaks.
    /// </summary>
    /// <param name="op">The op.</param>
    /// <param name="fields">Its fields, a JSON object; nothing for none.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The <c>ok</c> of the answer.</returns>
    public Task<JsonElement> RequestAsync(string op, JsonElement fields = default, CancellationToken ct = default) =>
        AskAsync(op, writer => WriteFields(writer, fields), static ok => ok.ValueKind == JsonValueKind.Undefined ? default : ok.Clone(), ct);

    /// <summary>
    /// Closes the connection and ends all readers of events; returns when the local store has everything. The session stays
    /// valid: <see cref="Session"/> connects again (<see cref="SignOutAsync"/> ends it), and what was not sent is sent then.
    /// Requests that wait fail with <c>unavailable</c>.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _disposing.Cancel();
        await _signIn.WaitAsync().ConfigureAwait(false);
        if (_current is { } current)
        {
            await current.CloseAsync(Disposed()).ConfigureAwait(false);
            _pages.SetStatus(ConnectionStatus.SignedOut);
        }

        _pages.End();
        _http.Dispose();
        _disposing.Dispose();
    }

    private static ImException Disposed() => new(ErrorCodes.Unavailable, "The client was disposed. What was not sent is sent the next time.");

    private static ImException NotSignedIn() => new(ErrorCodes.Unauthenticated, "Not signed in. Sign in first.");

    private static void WriteFields(Utf8JsonWriter writer, JsonElement fields)
    {
        if (fields.ValueKind == JsonValueKind.Undefined)
        {
            return;
        }

        foreach (var field in fields.EnumerateObject())
        {
            field.WriteTo(writer);
        }
    }

    private static async IAsyncEnumerable<ImEvent> EnumerateAsync(
        EventSubscription events, PageBook pages, [EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            while (await events.Reader.WaitToReadAsync(ct).ConfigureAwait(false))
            {
                while (events.Reader.TryRead(out var happened))
                {
                    yield return happened;
                }
            }
        }
        finally
        {
            pages.Unsubscribe(events);
        }
    }

    private async Task<T> AnswerAsync<T>(
        string op, Action<Utf8JsonWriter>? fields, Func<JsonElement, T> read, bool resend, TimeSpan? limit, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        var requests = (_current ?? throw NotSignedIn()).Requests;
        return await AnswerAsync(requests, op, fields, read, resend, limit ?? _options.RequestTimeout, ct).ConfigureAwait(false);
    }

    private async Task<T> AnswerAsync<T>(
        RequestTable requests, string op, Action<Utf8JsonWriter>? fields, Func<JsonElement, T> read, bool resend, TimeSpan patience, CancellationToken ct)
    {
        var id = requests.NextId();
        var frame = JsonFrame.Request(id, op, fields);
        if (frame.Length > ProtocolLimits.MaxClientFrame)
        {
            throw new ImException(ErrorCodes.TooLarge,
                $"The request is {frame.Length} bytes; the server takes {ProtocolLimits.MaxClientFrame}.");
        }

        var pending = new PendingRequest<T>(id, frame, resend, read);
        requests.Issue(pending);
        try
        {
            if (await _options.Clock.EndsWithinAsync(pending.Task, patience, ct).ConfigureAwait(false))
            {
                return await pending.Task.ConfigureAwait(false);
            }
        }
        finally
        {
            requests.Forget(id);
        }

        throw new ImException(ErrorCodes.Unavailable,
            $"No answer to {op} within {patience.TotalSeconds:0.###} s; it may or may not have been done.",
            inner: new TimeoutException());
    }
}
