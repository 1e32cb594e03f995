using System.Text.Json;
using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>What only the owner may do: who asks shows once more who it is.</content>
public sealed partial class ImClient
{
    /// <summary>
    /// Deletes the signed-in account, for good: its log, contacts, groups, links and mailboxes. What it wrote to others stays
    /// with them, under an id that nobody gets again. The client is signed out then, pages and local store are cleared;
    /// <see cref="SignedOut"/> is the last event.
    /// </summary>
    /// <param name="password">The password of the account.</param>
    /// <param name="ct">Stops waiting: it may be deleted all the same.</param>
    /// <exception cref="ImException"><c>bad_credentials</c>, <c>unauthenticated</c>, <c>slow_down</c>, <c>forbidden</c> (signed in with
    /// a mailbox's password), <c>unavailable</c>. The session goes on.</exception>
    public Task DeleteAccountAsync(string password, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(password);
        return DeleteAccountAsync(writer => writer.WriteString("password", password), ct);
    }

    /// <summary>As <see cref="DeleteAccountAsync(string, CancellationToken)"/>, for an account of an app's own sign-in.</summary>
    /// <param name="jwt">A fresh token of the account's issuer, as for <see cref="SignInWithJwtAsync"/>.</param>
    /// <param name="ct">Stops waiting: it may be deleted all the same.</param>
    /// <exception cref="ImException">As there.</exception>
    public Task DeleteAccountWithJwtAsync(string jwt, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(jwt);
        return DeleteAccountAsync(writer => writer.WriteString("jwt", jwt), ct);
    }

    /// <summary>
    /// Downloads everything the server keeps about the signed-in account, except what opens something: profile, settings,
    /// contacts, groups, links, devices, app passwords, mailboxes, and the whole log; lines of JSON (docs/protocol.md, "Export").
    /// They are copied as they come, however many there are.
    /// </summary>
    /// <param name="destination">Where they go, such as a file. It is not closed. After a failure it has a part of them: the last
    /// line of a whole export is <c>{"end":…}</c>.</param>
    /// <param name="password">The password of the account.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ImException"><c>bad_credentials</c>, <c>unauthenticated</c>, <c>slow_down</c> (also when it was asked for too
    /// often), <c>forbidden</c> (signed in with a mailbox's password), <c>unavailable</c> (also in the middle).</exception>
    /// <exception cref="NotSupportedException">The transport of <see cref="ImClientOptions.HttpTransport"/> cannot download.</exception>
    public Task ExportAsync(Stream destination, string password, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(password);
        return ExportAsync(destination, writer => writer.WriteString("password", password), ct);
    }

    /// <summary>As <see cref="ExportAsync(Stream, string, CancellationToken)"/>, for an account of an app's own sign-in.</summary>
    /// <param name="destination">Where the lines go.</param>
    /// <param name="jwt">A fresh token of the account's issuer, as for <see cref="SignInWithJwtAsync"/>.</param>
    /// <param name="ct">Gives up.</param>
    /// <exception cref="ImException">As there.</exception>
    public Task ExportWithJwtAsync(Stream destination, string jwt, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(destination);
        ArgumentNullException.ThrowIfNull(jwt);
        return ExportAsync(destination, writer => writer.WriteString("jwt", jwt), ct);
    }

    private Task ExportAsync(Stream destination, Action<Utf8JsonWriter> proof, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return _http.DownloadAsync("v1/account/export", Token ?? throw NotSignedIn(), proof, destination, ct);
    }

    private async Task DeleteAccountAsync(Action<Utf8JsonWriter> proof, CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var current = _current is { IsOver: false } open ? open : throw NotSignedIn();
        current.ExpectSignOut();
        try
        {
            await _http.PostAsync("v1/account/delete", current.Session.Token, proof, static _ => true, ct).ConfigureAwait(false);
        }
        catch
        {
            current.ExpectSignOut(false);
            throw;
        }

        _given = null;
        await current.SignOutAsync().ConfigureAwait(false);
        if (_current == current)
        {
            _pages.Clear();
        }
    }
}
