namespace OrleansIM.Client.Internal;

/// <summary>A conversation as it is to be shown. Pure.</summary>
internal static class ChatLines
{
    /// <param name="peer">With whom.</param>
    /// <param name="page">The page of the account; null if there is none.</param>
    /// <param name="older">Events of the history.</param>
    /// <param name="outgoing">To this peer, oldest first.</param>
    /// <param name="matchOf">The message of the outbox that one of the log is.</param>
    public static IReadOnlyList<ChatLine> Of(
        string peer, Page? page, IEnumerable<ImEvent> older, IReadOnlyList<OutgoingMessage> outgoing, Func<MessageReceived, OutgoingMessage?> matchOf)
    {
        var messages = new SortedDictionary<long, MessageReceived>();
        foreach (var message in older.Concat(page?.Recent ?? []).OfType<MessageReceived>())
        {
            if (message.Seq is { } seq && string.Equals(message.Peer, peer, StringComparison.OrdinalIgnoreCase))
            {
                messages[seq] = message;
            }
        }

        PeerReceipts? receipts = null;
        page?.Receipts.TryGetValue(peer, out receipts);
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var lines = new List<ChatLine>();
        foreach (var message in messages.Values)
        {
            var sent = message.IsOwn ? matchOf(message) : null;
            if (sent is not null)
            {
                shown.Add(sent.Cid);
            }

            lines.Add(Of(message, sent, receipts));
        }

        var waiting = outgoing.Where(message => !shown.Contains(message.Cid) && !(message.Seq <= (page?.Cursor ?? 0)));
        return [.. lines, .. waiting.Select(Of)];
    }

    private static ChatLine Of(MessageReceived message, OutgoingMessage? sent, PeerReceipts? receipts)
    {
        var cid = message.Cid ?? sent?.Cid;
        return new ChatLine
        {
            Key = cid is null ? "id:" + message.Id : "cid:" + cid,
            From = message.From,
            To = message.To,
            Body = message.Body,
            Kind = message.Kind,
            Mentions = message.Mentions,
            At = message.SentAt,
            IsOwn = message.IsOwn,
            State = message.IsOwn ? Page.StateAt(message.Seq ?? long.MaxValue, receipts) : null,
            Id = message.Id,
            Seq = message.Seq,
            Cid = cid,
        };
    }

    private static ChatLine Of(OutgoingMessage message) => new()
    {
        Key = "cid:" + message.Cid,
        From = message.As,
        To = message.To,
        Body = message.Body,
        Kind = message.Kind,
        Mentions = message.Mentions,
        At = message.SentAt ?? message.QueuedAt,
        IsOwn = true,
        State = message.State,
        Id = message.Id,
        Seq = message.Seq,
        Cid = message.Cid,
        Error = message.Error,
    };
}
