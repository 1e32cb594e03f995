using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>History, receipts, typing. Sending is in ImClient.Outbox.cs.</content>
public sealed partial class ImClient
{
    /// <summary>
    /// Reads durable events: the newest, those before a number, or those after one. With both, what is between them, from
    /// the side of <paramref name="after"/>.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="peer">Only the conversation with this account or <c>group:</c>id. Default: everything.</param>
    /// <param name="before">Only events before this number. Default: the newest.</param>
    /// <param name="after">Only events after this number, the oldest of them first; 0 begins at the beginning. Default: the newest.</param>
    /// <param name="limit">How many, at most 200. Default: the server's, 50.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task<HistoryPage> HistoryAsync(
        string @as, string? peer = null, long? before = null, long? after = null, int? limit = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        return AskAsync(
            "history",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteOptional("peer", peer);
                writer.WriteOptional("before", before);
                writer.WriteOptional("after", after);
                writer.WriteOptional("limit", limit);
            },
            ok => new HistoryPage { Events = EventReader.ReadAll(ok.List("events"), @as), More = ok.Flag("more") },
            ct);
    }

    /// <summary>
    /// Marks a conversation as read, here, on the account's other devices and for the peer, unless the account's
    /// <c>privacy.receipts</c> keeps that to itself.
    /// </summary>
    /// <param name="as">The account that read.</param>
    /// <param name="peer">The other side: an account, or <c>group:</c> and a group id.</param>
    /// <param name="upTo">Up to and with this number in the log of <paramref name="as"/> (<see cref="ImEvent.Seq"/>).</param>
    /// <param name="ct">Stops waiting.</param>
    public Task MarkReadAsync(string @as, string peer, long upTo, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(peer);
        return AskAsync(
            "read",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("peer", peer);
                writer.WriteNumber("upTo", upTo);
            },
            _ =>
            {
                _pages.MarkRead(@as, peer, upTo);
                return true;
            },
            ct);
    }

    /// <summary>
    /// Shows the peer that somebody types, or has stopped. May be lost on the way. Say it again every few seconds while
    /// typing goes on: the server ends it by itself otherwise (after 6 s, unless its operator set another time), and passes
    /// the same on once per second.
    /// </summary>
    /// <param name="as">The account that types.</param>
    /// <param name="to">The account that is written to, or <c>group:</c> and a group id.</param>
    /// <param name="on">Whether typing goes on.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task SetTypingAsync(string @as, string to, bool on, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(to);
        return AskAsync(
            "typing",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("to", to);
                writer.WriteBoolean("on", on);
            },
            static _ => true,
            ct);
    }

    /// <summary>Asks the server for a sign of life.</summary>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>How long the answer took.</returns>
    public async Task<TimeSpan> PingAsync(CancellationToken ct = default)
    {
        var sent = _options.Clock.Now();
        await AskAsync("ping", null, static _ => true, ct).ConfigureAwait(false);
        return _options.Clock.Now() - sent;
    }
}
