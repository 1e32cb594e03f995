using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Client.Internal;

/// <content>How messages go out: a lane for each account and peer, in which one waits for the other.</content>
internal sealed partial class Outbox
{
    private const int MaxServerFaults = 5;

    private readonly HashSet<string> _lanes = new(StringComparer.OrdinalIgnoreCase);
    private CancellationTokenSource? _online;

    /// <summary>All pages are live.</summary>
    public void GoOnline()
    {
        lock (_gate)
        {
            if (_closed is null)
            {
                _online ??= new CancellationTokenSource();
                foreach (var lane in _entries.Values.Where(static entry => entry.IsWaiting).Select(static entry => entry.Lane).Distinct().ToArray())
                {
                    Start(lane);
                }
            }
        }
    }

    /// <summary>Nothing new is sent off. What is on its way goes out again with the next connection.</summary>
    public void GoOffline()
    {
        lock (_gate)
        {
            // Not disposed: a lane may be about to look at it. It has no timer and nothing to let go of.
            _online?.Cancel();
            _online = null;
            foreach (var entry in _entries.Values)
            {
                entry.Attempts = 0;
            }
        }
    }

    public static void WriteFields(Utf8JsonWriter writer, OutgoingMessage message)
    {
        writer.WriteString("as", message.As);
        writer.WriteString("to", message.To);
        writer.WriteString("body", message.Body);
        writer.WriteString("cid", message.Cid);
        if (message.Kind != "text")
        {
            writer.WriteString("kind", message.Kind);
        }

        if (message.Mentions.Count > 0)
        {
            writer.WriteStartArray("mentions");
            foreach (var account in message.Mentions)
            {
                writer.WriteStringValue(account);
            }

            writer.WriteEndArray();
        }
    }

    private void Start(string lane)
    {
        if (_online is not null && _lanes.Add(lane))
        {
            _ = Task.Run(() => RunAsync(lane));
        }
    }

    private async Task RunAsync(string lane)
    {
        while (Next(lane) is var (entry, online))
        {
            if (await SendOffAsync(entry).ConfigureAwait(false) is not { } pause)
            {
                continue;
            }

            try
            {
                await options.Clock.Delay(pause, online).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                // The connection is gone: whether to go on is asked again.
            }
        }
    }

    /// <summary>The oldest that waits, from now on on its way; null ends the lane.</summary>
    private (Entry Entry, CancellationToken Online)? Next(string lane)
    {
        lock (_gate)
        {
            var first = _entries.Values.Where(entry => entry.IsWaiting && Same(entry.Lane, lane)).OrderBy(entry => entry.Kept.Order).FirstOrDefault();
            if (_online is null || first is null)
            {
                _lanes.Remove(lane);
                return null;
            }

            first.InFlight = true;
            first.After = pages.CursorOf(first.Message.As);
            return (first, _online.Token);
        }
    }

    /// <summary>The pause before the lane goes on; null for none.</summary>
    private async Task<TimeSpan?> SendOffAsync(Entry entry)
    {
        try
        {
            var answer = await ask(entry.Message).ConfigureAwait(false);
            lock (_gate)
            {
                entry.InFlight = false;
                Sent(entry, answer with { Cid = entry.Message.Cid });
                return null;
            }
        }
        catch (Exception wrong)
        {
            lock (_gate)
            {
                entry.InFlight = false;
                return Refused(entry, wrong as ImException ?? new ImException(ErrorCodes.Internal, "The message could not be sent: " + wrong.Message, inner: wrong));
            }
        }
    }

    private void Sent(Entry entry, SentMessage answer)
    {
        if (!IsThere(entry))
        {
            return;
        }

        Set(entry, entry.Message with
        {
            Id = answer.Id,
            Seq = answer.Seq,
            SentAt = answer.SentAt,
            State = Page.StateAt(answer.Seq, pages.ReceiptsOf(entry.Message.As, entry.Message.To)),
        });
        copy.Drop(entry.Message);
        entry.Succeed(answer);
        _sent.Enqueue(answer.Cid);
        if (_sent.Count > MaxSentKept)
        {
            _entries.Remove(_sent.Dequeue());
        }
    }

    private TimeSpan? Refused(Entry entry, ImException error)
    {
        if (_online is null || !IsThere(entry))
        {
            // No answer, but the end of the connection: it goes out again with the next one.
            return null;
        }

        entry.Faults += error.Code == ErrorCodes.Internal ? 1 : 0;
        if (error.CanRetry && entry.Faults < MaxServerFaults)
        {
            var pause = ReconnectRules.Growing(entry.Attempts++, options.Reconnect, options.Clock.Chance());
            return pause > error.RetryAfter.GetValueOrDefault() ? pause : error.RetryAfter;
        }

        Set(entry, entry.Message with { State = MessageState.Failed, Error = new OutgoingError(error.Code, error.Message) });
        _ = copy.SaveAsync(entry.Kept);
        entry.Fail(error);
        return null;
    }

    /// <summary>It may have been dropped while it was on its way.</summary>
    private bool IsThere(Entry entry) => _entries.TryGetValue(entry.Message.Cid, out var there) && there == entry;

    /// <summary>A message and who waits for it.</summary>
    internal sealed class Entry(KeptMessage kept)
    {
        private TaskCompletionSource<SentMessage> _end = New();

        public KeptMessage Kept { get; set; } = kept;

        public OutgoingMessage Message => Kept.Message;

        public string Lane { get; } = LaneOf(kept.Message);

        /// <summary>Ends when the local store has it.</summary>
        public Task Stored { get; set; } = Task.CompletedTask;

        /// <summary>Ends with the answer of the server, or its refusal for good.</summary>
        public Task<SentMessage> End => _end.Task;

        public bool IsWaiting => Message.State == MessageState.Queued;

        /// <summary>Whether it is measured as one that waits.</summary>
        public bool IsCounted { get; set; }

        /// <summary>Whether the server may have it.</summary>
        public bool InFlight { get; set; }

        public int Attempts { get; set; }

        public int Faults { get; set; }

        /// <summary>The cursor of the page when it was sent off.</summary>
        public long After { get; set; }

        public static string LaneOf(OutgoingMessage message) => message.As + "\n" + message.To;

        public void Succeed(SentMessage answer) => _end.TrySetResult(answer);

        public void Fail(ImException error)
        {
            _end.TrySetException(error);

            // Nobody may be waiting.
            _ = _end.Task.Exception;
        }

        public void BeginAgain()
        {
            _end = New();
            Attempts = Faults = 0;
        }

        private static TaskCompletionSource<SentMessage> New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
