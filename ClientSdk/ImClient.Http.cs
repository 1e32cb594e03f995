using System.Text.Json;
using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>Registration, sign-in and sign-out.</content>
public sealed partial class ImClient
{
    private static readonly TimeSpan SignOutTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Makes an account; does not sign in.</summary>
    /// <param name="account">The account id: 2 to 32 of <c>a-z 0-9 . _ -</c>.</param>
    /// <param name="password">Its password.</param>
    /// <param name="displayName">The name people see. Default: the account id.</param>
    /// <param name="email">A mail address for the profile.</param>
    /// <param name="invite">The code of an invite, where the service wants one; it may be typed in any case, with or without hyphens.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The id of the account, in lower case.</returns>
    /// <exception cref="ImException"><c>account_taken</c>, <c>bad_invite</c> (one is wanted, and this is none that is good), <c>forbidden</c> (nobody may), <c>invalid_argument</c>, <c>slow_down</c>, <c>unavailable</c>.</exception>
    public Task<string> RegisterAsync(
        string account, string password, string? displayName = null, string? email = null, string? invite = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(password);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _http.PostAsync(
            "v1/accounts",
            null,
            writer =>
            {
                writer.WriteString("account", account);
                writer.WriteString("password", password);
                writer.WriteOptional("displayName", displayName);
                writer.WriteOptional("email", email);
                writer.WriteOptional("invite", invite);
            },
            answer => answer.Text("account") ?? account,
            ct);
    }

    /// <summary>
    /// Signs in and connects; returns when every page is there. Pages and unsent messages of an earlier session of this
    /// account on this device are taken up. Events of the sign-in itself are seen by readers that were there before; later
    /// ones begin with the pages.
    /// </summary>
    /// <param name="login">An account id, or the address of a bound mailbox.</param>
    /// <param name="password">The password of the account, or of the mailbox.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The session, for the app to keep.</returns>
    /// <exception cref="ImException"><c>bad_credentials</c>, <c>slow_down</c> (see <see cref="ImException.RetryAfter"/>),
    /// <c>unavailable</c>. Where the stream could not be opened, <see cref="Session"/> is there for <see cref="ConnectAsync"/>.</exception>
    /// <exception cref="InvalidOperationException">The client is connected.</exception>
    public async Task<Session> SignInAsync(string login, string password, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(login);
        ArgumentNullException.ThrowIfNull(password);
        return await SignInWithAsync(
            writer =>
            {
                writer.WriteString("login", login);
                writer.WriteString("password", password);
            },
            ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Signs in with a token of the app's own sign-in (an OpenID ID token, or any JSON Web Token of an issuer that the
    /// server's operator has configured) and connects, like <see cref="SignInAsync(string, string, CancellationToken)"/>. The server may make the account when it
    /// sees its user for the first time; <see cref="Account"/> says which it is.
    /// </summary>
    /// <param name="jwt">The token. It is needed for this call only: later connections use the session.</param>
    /// <param name="ct">Gives up.</param>
    /// <returns>The session, for the app to keep.</returns>
    /// <exception cref="ImException"><c>bad_credentials</c> (whatever is wrong with the token; the server's log says what),
    /// <c>slow_down</c>, <c>unavailable</c> (also while the server cannot reach the issuer).</exception>
    /// <exception cref="InvalidOperationException">The client is connected.</exception>
    public async Task<Session> SignInWithJwtAsync(string jwt, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        return await SignInWithAsync(writer => writer.WriteString("jwt", jwt), ct).ConfigureAwait(false);
    }

    /// <summary>
    /// Takes up a session without a connection: pages, contacts and unsent messages of the local store are there when it
    /// returns (<see cref="Page.IsLocal"/>), and what is written waits in the outbox.
    /// </summary>
    /// <param name="session">The session. Default: that of <see cref="ImClientOptions.Session"/>, or the last one.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>unauthenticated</c>: there is no session.</exception>
    /// <exception cref="InvalidOperationException">The client is connected with another session.</exception>
    public Task OpenAsync(Session? session = null, CancellationToken ct = default) =>
        StartAsync(stop => BeginAsync(session ?? Session ?? throw NotSignedIn(), stop), ct);

    /// <summary>
    /// Takes up a session (<see cref="OpenAsync"/>) and connects; returns when every page is live. While the server cannot be
    /// reached it keeps trying.
    /// </summary>
    /// <param name="session">The session. Default: that of <see cref="ImClientOptions.Session"/>, or the last one.</param>
    /// <param name="ct">Gives up: the session stays open as <see cref="OpenAsync"/> leaves it.</param>
    /// <exception cref="ImException"><c>unauthenticated</c>: bad or expired token (<see cref="SignedOut"/> is told), or no session.</exception>
    /// <exception cref="InvalidOperationException">The client is connected with another session.</exception>
    public Task ConnectAsync(Session? session = null, CancellationToken ct = default) => StartAsync(
        async stop =>
        {
            var current = await BeginAsync(session ?? Session ?? throw NotSignedIn(), stop).ConfigureAwait(false);
            await current.ConnectAsync(keepsTrying: true, null, stop).ConfigureAwait(false);
        },
        ct);

    /// <summary>
    /// Signs out: the token dies at the server, the connection is closed, pages and local store are cleared, unsent messages
    /// too; <see cref="SignedOut"/> is the last event. The client can sign in again. Other programs of this session on
    /// this device are told by the server; what another one with a session of its own has still to send stays.
    /// </summary>
    /// <param name="everywhere">Whether every device of the account is signed out.</param>
    /// <param name="ct">Stops waiting for the server.</param>
    /// <exception cref="ImException">The server could not be told within 5 s, after all that was done here: the token lives on
    /// until it expires.</exception>
    public async Task SignOutAsync(bool everywhere = false, CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Session is not { } session)
        {
            return;
        }

        var current = _current ?? new SignedIn(_options, _store, session, _pages, PutThroughAsync);
        current.ExpectSignOut();
        _given = null;
        try
        {
            var limit = _options.RequestTimeout < SignOutTimeout ? _options.RequestTimeout : SignOutTimeout;
            await _http.PostAsync("v1/logout", session.Token, writer => writer.WriteBoolean("everywhere", everywhere), static _ => true, ct, limit)
                .ConfigureAwait(false);
        }
        catch (ImException gone) when (gone.Code is ErrorCodes.Unauthenticated or ErrorCodes.BadCredentials)
        {
            // The token was dead before.
        }
        finally
        {
            await current.SignOutAsync().ConfigureAwait(false);
            if (_current == current)
            {
                _pages.Clear();
            }
        }
    }

    /// <summary>Changes the password of the signed-in account. All other tokens of the account are dead afterwards.</summary>
    /// <param name="oldPassword">The password so far.</param>
    /// <param name="newPassword">The new one.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>bad_credentials</c>, <c>unauthenticated</c>, <c>invalid_argument</c>, <c>slow_down</c>.</exception>
    public async Task ChangePasswordAsync(string oldPassword, string newPassword, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(oldPassword);
        ArgumentNullException.ThrowIfNull(newPassword);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var token = Token ?? throw new ImException(ErrorCodes.Unauthenticated, "Not signed in. Sign in first.");
        await _http.PostAsync(
            "v1/password",
            token,
            writer =>
            {
                writer.WriteString("old", oldPassword);
                writer.WriteString("new", newPassword);
            },
            static _ => true,
            ct).ConfigureAwait(false);
    }

    private async Task<Session> SignInWithAsync(Action<Utf8JsonWriter> credentials, CancellationToken ct)
    {
        await StartAsync(
            async stop =>
            {
                MustNotBeConnected();
                var answer = await LogInAsync(credentials, stop).ConfigureAwait(false);
                var current = await BeginAsync(
                    new Session(answer.Account, answer.Token) { Via = answer.Via, ExpiresAt = answer.ExpiresAt }, stop).ConfigureAwait(false);
                await current.ConnectAsync(keepsTrying: false, _options.ConnectTimeout, stop).ConfigureAwait(false);
            },
            ct).ConfigureAwait(false);
        return Session ?? throw NotSignedIn();
    }

    private Task<LoginAnswer> LogInAsync(Action<Utf8JsonWriter> credentials, CancellationToken ct) => _http.PostAsync(
        "v1/login",
        null,
        writer =>
        {
            credentials(writer);
            writer.WriteOptional("device", _options.Device);
        },
        static answer => answer.As(ImJson.Default.LoginAnswer),
        ct);

    /// <summary>One sign-in at a time, given up when the client is disposed.</summary>
    private async Task StartAsync(Func<CancellationToken, Task> start, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (!_signIn.Wait(0, CancellationToken.None))
        {
            throw new InvalidOperationException("A sign-in is under way on this client.");
        }

        try
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct, _disposing.Token);
            await start(stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_disposed && !ct.IsCancellationRequested)
        {
            throw Disposed();
        }
        finally
        {
            _signIn.Release();
        }
    }

    private void MustNotBeConnected()
    {
        if (_current is { IsOver: false, Stream: not null })
        {
            throw new InvalidOperationException("This client is signed in. Sign out first, or use another client.");
        }
    }

    /// <summary>Takes up a session, unless it is there.</summary>
    private async Task<SignedIn> BeginAsync(Session session, CancellationToken ct)
    {
        if (_current is not { IsOver: false } current || current.Session.Token != session.Token)
        {
            MustNotBeConnected();
            if (_current is { } before)
            {
                await before.CloseAsync(new ImException(ErrorCodes.Unavailable, "Another session was opened.")).ConfigureAwait(false);
            }

            _given = session = session with { Account = session.Account.ToLowerInvariant() };
            _pages.Clear();
            _current = current = new SignedIn(_options, _store, session, _pages, PutThroughAsync);
            _pages.Listen(current);
            _pages.SetStatus(ConnectionStatus.Local);
        }

        await current.LoadAsync().UntilAsync(ct).ConfigureAwait(false);
        return current;
    }
}
