using System.Security.Cryptography;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <summary>
/// What is to be sent. Each message goes out under its cid until the server has answered; to one peer one after the other,
/// so that they arrive in the order they were written, whatever has to be tried again. Guarded by the lock of the pages: a
/// message and the page it is on change together. How messages go out is in Outbox.Sending.cs.
/// </summary>
/// <param name="options">Limits and pauses.</param>
/// <param name="pages">The pages of the session, and who listens.</param>
/// <param name="copy">Where messages are kept.</param>
/// <param name="owner">The client.</param>
/// <param name="ask">Sends a message; ends with the answer.</param>
internal sealed partial class Outbox(ImClientOptions options, PageBook pages, LocalCopy copy, string owner, Func<OutgoingMessage, Task<SentMessage>> ask)
{
    private const int MaxSentKept = 500;

    private readonly object _gate = pages.Gate;
    private readonly ClientMetrics _metrics = options.Metrics;
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Queue<string> _sent = new();
    private long _order;
    private ImException? _closed;

    /// <summary>Puts a message in. The same cid again is the same message.</summary>
    /// <exception cref="ImException"><c>too_large</c>, <c>limit_reached</c>, <c>invalid_argument</c>: the cid is another message's.</exception>
    public Entry Add(OutgoingMessage message)
    {
        CheckSize(message);
        lock (_gate)
        {
            if (_closed is not null)
            {
                throw _closed.Copy();
            }

            if (_entries.TryGetValue(message.Cid, out var known))
            {
                return known.Lane != Entry.LaneOf(message)
                    ? throw new ImException(ErrorCodes.InvalidArgument, "That cid is another message's. Use one of its own, or none.")
                    : known.Message.State == MessageState.Failed ? Retry(message.Cid) : known;
            }

            if (_entries.Values.Count(static entry => entry.IsWaiting) >= options.OutboxLimit)
            {
                throw new ImException(ErrorCodes.LimitReached, $"{options.OutboxLimit} messages wait to be sent already.");
            }

            var entry = Take(new KeptMessage { Message = message, Order = NextOrder(), Owner = owner });
            entry.Stored = copy.SaveAsync(entry.Kept);
            return entry;
        }
    }

    /// <summary>Takes up what a client that is gone has left; the store knows already.</summary>
    public void Adopt(IEnumerable<KeptMessage> left)
    {
        lock (_gate)
        {
            foreach (var kept in left.Where(kept => _closed is null && !_entries.ContainsKey(kept.Message.Cid)))
            {
                _order = Math.Max(_order, kept.Order);
                Take(kept);
            }
        }
    }

    /// <param name="as">Of this account; of all when null.</param>
    /// <param name="peer">To this peer; to all when null.</param>
    public IReadOnlyList<OutgoingMessage> List(string? @as = null, string? peer = null)
    {
        lock (_gate)
        {
            return [.. _entries.Values
                .Where(entry => (@as is null || Same(entry.Message.As, @as)) && (peer is null || Same(entry.Message.To, peer)))
                .OrderBy(entry => entry.Kept.Order).Select(entry => entry.Message)];
        }
    }

    /// <summary>Queues a failed message again.</summary>
    /// <exception cref="ImException"><c>invalid_argument</c>: there is none.</exception>
    public Entry Retry(string cid)
    {
        lock (_gate)
        {
            if (_closed is not null)
            {
                throw _closed.Copy();
            }

            if (!_entries.TryGetValue(cid, out var entry) || entry.Message.State != MessageState.Failed)
            {
                throw new ImException(ErrorCodes.InvalidArgument, "There is no failed message of that cid.");
            }

            entry.BeginAgain();
            entry.Kept = entry.Kept with { Order = NextOrder() };
            Set(entry, entry.Message with { State = MessageState.Queued, Error = null });
            entry.Stored = copy.SaveAsync(entry.Kept);
            Start(entry.Lane);
            return entry;
        }
    }

    /// <summary>Takes a message out that is queued and not on its way, or has failed.</summary>
    public bool Discard(string cid)
    {
        lock (_gate)
        {
            if (!_entries.TryGetValue(cid, out var entry) || entry.InFlight
                || entry.Message.State is not (MessageState.Queued or MessageState.Failed))
            {
                return false;
            }

            Remove(entry, new ImException(ErrorCodes.Unavailable, "The message was taken back."));
            return true;
        }
    }

    /// <summary>What the peers of an account have now.</summary>
    public void ApplyReceipts(PageState page)
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(entry => entry.Message.Seq is not null && Same(entry.Message.As, page.Account)))
            {
                var state = Page.StateAt(entry.Message.Seq!.Value, page.ReceiptsOf(entry.Message.To));
                if (state != entry.Message.State)
                {
                    Set(entry, entry.Message with { State = state });
                }
            }
        }
    }

    /// <summary>
    /// The message of the outbox that one of the log is. In a group the log has no cids: there it is known by its id, and
    /// while its answer is on the way, as the only one to that peer that can have come back.
    /// </summary>
    public OutgoingMessage? MatchOf(MessageReceived message)
    {
        lock (_gate)
        {
            return message.Cid is { } cid
                ? (_entries.TryGetValue(cid, out var entry) && Same(entry.Message.As, message.Account) ? entry.Message : null)
                : _entries.Values.FirstOrDefault(entry => IsInGroup(entry, message))?.Message;
        }
    }

    /// <summary>The page is gone: nobody may speak for it any more.</summary>
    public void DropAccount(string account)
    {
        lock (_gate)
        {
            foreach (var entry in _entries.Values.Where(entry => Same(entry.Message.As, account)).ToArray())
            {
                Remove(entry, new ImException(ErrorCodes.Forbidden, $"{account} has left the session."));
            }
        }
    }

    /// <summary>Nothing goes out any more. What is in the store stays there.</summary>
    /// <param name="reason">Of those who wait for an answer.</param>
    /// <param name="forget">Nothing stays here either.</param>
    public void Close(ImException reason, bool forget)
    {
        lock (_gate)
        {
            _closed ??= reason;
            GoOffline();
            foreach (var entry in _entries.Values)
            {
                entry.Fail(reason.Copy());
                Count(entry, isWaiting: false);
            }

            if (forget)
            {
                _entries.Clear();
            }
        }
    }

    /// <summary>An id that nobody else has.</summary>
    public static string NewId()
    {
        var bytes = new byte[16];
        RandomNumberGenerator.Fill(bytes);
        return new Guid(bytes).ToString("N");
    }

    private Entry Take(KeptMessage kept)
    {
        var entry = new Entry(kept);
        _entries[kept.Message.Cid] = entry;
        Tell(entry, removed: false);
        if (entry.IsWaiting)
        {
            Start(entry.Lane);
        }

        return entry;
    }

    private void Remove(Entry entry, ImException reason)
    {
        _entries.Remove(entry.Message.Cid);
        copy.Drop(entry.Message);
        Tell(entry, removed: true);
        entry.Fail(reason);
    }

    private void Set(Entry entry, OutgoingMessage message)
    {
        entry.Kept = entry.Kept with { Message = message };
        Tell(entry, removed: false);
    }

    private void Tell(Entry entry, bool removed)
    {
        Count(entry, entry.IsWaiting && !removed);
        pages.Publish(new OutgoingChanged { Account = entry.Message.As, Message = entry.Message, Removed = removed });
    }

    private void Count(Entry entry, bool isWaiting)
    {
        if (entry.IsCounted != isWaiting)
        {
            entry.IsCounted = isWaiting;
            _metrics.OutboxChanged(isWaiting ? 1 : -1);
        }
    }

    private long NextOrder() => _order = Math.Max(_order + 1, (options.Clock.Today() - DateTimeOffset.UnixEpoch).Ticks / 10);

    private static bool IsInGroup(Entry entry, MessageReceived message) =>
        Same(entry.Message.As, message.Account) && Same(entry.Message.To, message.To)
        && (entry.Message.Id is { } id ? id == message.Id : entry.InFlight && message.Seq > entry.After && entry.Message.Body == message.Body);

    /// <summary>Refused now rather than later. The number is the longest there can be.</summary>
    private static void CheckSize(OutgoingMessage message)
    {
        var length = JsonFrame.Request(long.MaxValue, "send", writer => WriteFields(writer, message)).Length;
        if (length > ProtocolLimits.MaxClientFrame)
        {
            throw new ImException(ErrorCodes.TooLarge, $"The request is {length} bytes; the server takes {ProtocolLimits.MaxClientFrame}.");
        }
    }

    private static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
