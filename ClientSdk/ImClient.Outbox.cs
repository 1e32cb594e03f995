using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>
/// Sending. A message goes into the outbox, and at once into the local store; to one peer messages go out one after the
/// other, each under its cid until the server has answered, over any number of connections and restarts of the program.
/// </content>
public sealed partial class ImClient
{
    /// <summary>
    /// Sends a message; ends with the server's answer, however long it takes. It goes out as soon as there is a connection,
    /// and again under the same <paramref name="cid"/> until it is answered; the server stores it once. What may pass
    /// (<c>slow_down</c>, <c>unavailable</c>, five times <c>internal</c>) is tried again after a pause, and later messages to
    /// that peer wait. A refusal for good throws, and the message stays in the <see cref="Outbox"/> as
    /// <see cref="MessageState.Failed"/>. Messages to one peer go out in the order of the calls.
    /// </summary>
    /// <param name="as">The account that speaks, one of <see cref="Pages"/>.</param>
    /// <param name="to">The account to reach, or <c>group:</c> and a group id.</param>
    /// <param name="body">The text; the whole request is at most 64 KiB.</param>
    /// <param name="cid">Your own id of the message, at most 64 characters. Default: a new one.</param>
    /// <param name="kind">What the body is. Default: <c>text</c>.</param>
    /// <param name="mentions">Members of the group who are to take notice, at most 50. Default: nobody.</param>
    /// <param name="ct">Takes the message back if it has not been sent off yet; else it only stops the waiting.</param>
    /// <exception cref="ImException"><c>not_friends</c>, <c>blocked</c>, <c>unknown_account</c>, <c>forbidden</c>
    /// (<paramref name="as"/> is not in the session, or not in the group), <c>invalid_argument</c> (a mention of no member, or
    /// the cid of another message), <c>too_large</c>, <c>limit_reached</c> (<see cref="ImClientOptions.OutboxLimit"/>),
    /// <c>unauthenticated</c>; <c>unavailable</c> when the client is disposed first: it is sent the next time.</exception>
    public async Task<SentMessage> SendAsync(
        string @as, string to, string body, string? cid = null, string? kind = null, IEnumerable<string>? mentions = null,
        CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var (current, entry) = Queue(@as, to, body, cid, kind, mentions);
        var end = entry.End;
        try
        {
            await end.UntilAsync(ct).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            current.Outbox.Discard(entry.Message.Cid);
            throw;
        }

        return await end.ConfigureAwait(false);
    }

    /// <summary>
    /// As <see cref="SendAsync"/>, without waiting for the server: ends when the local store has the message, which outlives
    /// the program then (or when the store has failed, which is reported). <see cref="OutgoingChanged"/> tells what becomes of it.
    /// </summary>
    /// <param name="as">The account that speaks, one of <see cref="Pages"/>.</param>
    /// <param name="to">The account to reach, or <c>group:</c> and a group id.</param>
    /// <param name="body">The text; the whole request is at most 64 KiB.</param>
    /// <param name="cid">Your own id of the message, at most 64 characters. Default: a new one.</param>
    /// <param name="kind">What the body is. Default: <c>text</c>.</param>
    /// <param name="mentions">Members of the group who are to take notice, at most 50. Default: nobody.</param>
    /// <param name="ct">Stops waiting for the store; the message is sent all the same.</param>
    /// <returns>The message as it was queued.</returns>
    /// <exception cref="ImException"><c>forbidden</c>, <c>invalid_argument</c>, <c>too_large</c>, <c>limit_reached</c>,
    /// <c>unauthenticated</c>, as for <see cref="SendAsync"/>; what the server refuses is told by <see cref="OutgoingChanged"/>.</exception>
    public async Task<OutgoingMessage> EnqueueAsync(
        string @as, string to, string body, string? cid = null, string? kind = null, IEnumerable<string>? mentions = null,
        CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        var (_, entry) = Queue(@as, to, body, cid, kind, mentions);
        var message = entry.Message;
        await entry.Stored.UntilAsync(ct).ConfigureAwait(false);
        return message;
    }

    /// <summary>
    /// What was sent from here, oldest first: queued and failed messages, and those that were sent since the client took up
    /// its session (the newest 500).
    /// </summary>
    /// <param name="as">Only of this account. Default: of all.</param>
    /// <param name="peer">Only to this account or <c>group:</c>id. Default: to all.</param>
    public IReadOnlyList<OutgoingMessage> Outbox(string? @as = null, string? peer = null) => _current?.Outbox.List(@as, peer) ?? [];

    /// <summary>Queues a failed message again, under its cid, after what was written meanwhile.</summary>
    /// <param name="cid">Its cid.</param>
    /// <exception cref="ImException"><c>invalid_argument</c>: there is no failed message of that cid. <c>unauthenticated</c>.</exception>
    public OutgoingMessage Retry(string cid)
    {
        ArgumentNullException.ThrowIfNull(cid);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return (_current ?? throw NotSignedIn()).Outbox.Retry(cid).Message;
    }

    /// <summary>Takes a queued or failed message out of the outbox.</summary>
    /// <param name="cid">Its cid.</param>
    /// <returns>False if it is not there, or may have been sent already.</returns>
    public bool Discard(string cid)
    {
        ArgumentNullException.ThrowIfNull(cid);
        return _current?.Outbox.Discard(cid) ?? false;
    }

    /// <summary>
    /// The conversation with a peer as a chat window shows it: messages of the page, those of <paramref name="older"/> before
    /// them, and what waits in the outbox at the end. Nothing twice.
    /// </summary>
    /// <param name="as">The account.</param>
    /// <param name="peer">The other side: an account, or <c>group:</c> and a group id.</param>
    /// <param name="older">Events of <see cref="HistoryAsync"/>. Default: none.</param>
    public IReadOnlyList<ChatLine> Conversation(string @as, string peer, IEnumerable<ImEvent>? older = null)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(peer);
        lock (_pages.Gate)
        {
            var outbox = _current?.Outbox;
            _pages.TryGetValue(@as, out var page);
            return ChatLines.Of(peer, page, older ?? [], outbox?.List(@as, peer) ?? [], message => outbox?.MatchOf(message));
        }
    }

    private (SignedIn Session, Outbox.Entry Entry) Queue(
        string @as, string to, string body, string? cid, string? kind, IEnumerable<string>? mentions)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(body);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var current = _current ?? throw NotSignedIn();
        lock (_pages.Gate)
        {
            if (!current.IsOver && _pages.Count > 0 && !_pages.ContainsKey(@as))
            {
                throw new ImException(ErrorCodes.Forbidden, $"{@as} is no account of this session.");
            }

            return (current, current.Outbox.Add(new OutgoingMessage
            {
                Cid = cid ?? Internal.Outbox.NewId(),
                As = @as.ToLowerInvariant(),
                To = GroupIds.IsGroup(to) ? to : to.ToLowerInvariant(),
                Body = body,
                Kind = kind ?? "text",
                Mentions = [.. mentions ?? []],
                QueuedAt = _options.Clock.Today(),
            }));
        }
    }

    private Task<SentMessage> PutThroughAsync(RequestTable requests, OutgoingMessage message) => _options.MeasureAsync(
        "send",
        () => AnswerAsync(
            requests,
            "send",
            writer => Internal.Outbox.WriteFields(writer, message),
            static ok => ok.As(ImJson.Default.SentMessage),
            resend: true,
            _options.RequestTimeout,
            CancellationToken.None));
}
