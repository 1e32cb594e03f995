using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>Presence.</content>
public sealed partial class ImClient
{
    /// <summary>
    /// Says what friends see of an account on this device, until it is said anew or the client signs out; the client
    /// says it again when it reconnects. What an account shows is made of all its devices: one that is <c>invisible</c>
    /// hides it, else the most available one wins (<c>online</c> over <c>busy</c> over <c>away</c>).
    /// </summary>
    /// <param name="status"><c>online</c>, <c>away</c>, <c>busy</c> or <c>invisible</c>.</param>
    /// <param name="note">A status text, at most 512 characters. Default: none.</param>
    /// <param name="as">Of one account. Default: of all in the session, also those that are linked later.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>invalid_argument</c>, <c>forbidden</c> (<paramref name="as"/> is not in the
    /// session), <c>unavailable</c>.</exception>
    public Task SetPresenceAsync(string status, string? note = null, string? @as = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(status);
        var said = _current?.Stream?.Presence;
        return AskAsync(
            "presence",
            writer =>
            {
                writer.WriteOptional("as", @as);
                writer.WriteString("status", status);
                writer.WriteOptional("note", note);
            },
            _ =>
            {
                said?.Say(@as, new Presence { Status = status, Note = note });
                return true;
            },
            ct);
    }
}
