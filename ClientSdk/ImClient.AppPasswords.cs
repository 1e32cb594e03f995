using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>
/// App passwords: secrets for one mail program each, which open the friends' address book (CardDAV) and nothing else. Only
/// for the account that signed in.
/// </content>
public sealed partial class ImClient
{
    /// <summary>Makes an app password.</summary>
    /// <param name="as">The account that signed in.</param>
    /// <param name="name">What to call it, say by the program or device; at most 64 characters.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>It and its secret, which is never seen again.</returns>
    /// <exception cref="ImException"><c>limit_reached</c>, <c>forbidden</c> (a linked account, or signed in with a mailbox).</exception>
    public Task<NewAppPassword> CreateAppPasswordAsync(string @as, string name, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AskAppPasswordsAsync("appPasswords.create", @as, ("name", name), static ok => ok.As(ImJson.Default.NewAppPassword), ct);
    }

    /// <summary>Lists the app passwords of an account, the oldest first.</summary>
    /// <param name="as">The account that signed in.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>.</exception>
    public Task<IReadOnlyList<AppPassword>> ListAppPasswordsAsync(string @as, CancellationToken ct = default) =>
        AskAppPasswordsAsync<IReadOnlyList<AppPassword>>(
            "appPasswords.list", @as, null, static ok => [.. ok.List("appPasswords").Select(password => password.As(ImJson.Default.AppPassword))], ct);

    /// <summary>Revokes an app password: from now on it opens nothing.</summary>
    /// <param name="as">The account that signed in.</param>
    /// <param name="id">Its id.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>invalid_argument</c> (there is no such), <c>forbidden</c>.</exception>
    public Task RevokeAppPasswordAsync(string @as, string id, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(id);
        return AskAppPasswordsAsync("appPasswords.revoke", @as, ("appPassword", id), static _ => true, ct);
    }

    private Task<T> AskAppPasswordsAsync<T>(string op, string @as, (string Name, string Value)? field, Func<JsonElement, T> read, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(@as);
        return AskAsync(
            op,
            writer =>
            {
                writer.WriteString("as", @as);
                if (field is { } given)
                {
                    writer.WriteString(given.Name, given.Value);
                }
            },
            read,
            ct);
    }
}
