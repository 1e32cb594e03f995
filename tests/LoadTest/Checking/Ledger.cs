using System.Collections.Concurrent;

namespace OrleansIM.LoadTest.Checking;

/// <summary>
/// Every message of a run, who sent it to whom, what the sender was told, and where it was seen. Has no clock and does no
/// I/O: times are given. May be called from any thread.
/// </summary>
/// <param name="names">The accounts.</param>
/// <param name="findings">Where what is wrong goes.</param>
internal sealed partial class Ledger(Names names, Findings findings)
{
    private readonly ConcurrentDictionary<(int From, int To), Conversation> _byPair = new();
    private readonly ConcurrentDictionary<int, Conversation> _byId = new();
    private readonly ConcurrentDictionary<int, AccountLog> _logs = new();
    private readonly ConcurrentDictionary<(int Account, long Seq), bool> _blamed = new();
    private int _lastConversation;

    public IEnumerable<Conversation> Conversations => _byId.Values.OrderBy(conversation => conversation.Id);

    /// <summary>The conversation from one account to another.</summary>
    public Conversation Open(int from, int to)
    {
        if (_byPair.TryGetValue((from, to), out var known))
        {
            return known;
        }

        lock (_byPair)
        {
            if (!_byPair.TryGetValue((from, to), out known))
            {
                known = new Conversation(++_lastConversation, from, to);
                _byId[known.Id] = known;
                _byPair[(from, to)] = known;
            }

            return known;
        }
    }

    /// <summary>What is known of the log of an account.</summary>
    public AccountLog Log(int account) => _logs.GetOrAdd(account, static _ => new AccountLog());

    /// <summary>A message is about to be sent.</summary>
    /// <param name="conversation">From whom to whom.</param>
    /// <param name="intended">When it should be, by the plan.</param>
    /// <param name="began">When it is.</param>
    /// <param name="isAwaited">Whether the recipient is signed in.</param>
    public static MessageMark Begin(Conversation conversation, long intended, long began, bool isAwaited = true)
    {
        lock (conversation.Gate)
        {
            return new MessageMark(conversation.Id, conversation.Add(new Message { Intended = intended, Began = began, IsAwaited = isAwaited }));
        }
    }

    /// <summary>The request of a message went out. The server carries out the requests of one account and connection in this order.</summary>
    /// <param name="mark">The message.</param>
    /// <param name="connection">The number of the connection, from 1.</param>
    /// <param name="position">The how manieth frame on it.</param>
    public void Written(MessageMark mark, int connection, int position)
    {
        if (Find(mark) is { } conversation)
        {
            lock (conversation.Gate)
            {
                ref var message = ref conversation[mark.Number];
                message.Writes++;
                message.Place = ((long)connection << 32) | (uint)position;
            }
        }
    }

    /// <summary>Its <c>ok</c> came.</summary>
    /// <param name="mark">The message.</param>
    /// <param name="seq">The number in the sender's log that the answer says.</param>
    /// <param name="at">When.</param>
    /// <returns>When it should have been sent.</returns>
    public long Acknowledged(MessageMark mark, long seq, long at)
    {
        var conversation = Find(mark)!;
        lock (conversation.Gate)
        {
            ref var message = ref conversation[mark.Number];
            (message.Fate, message.Acknowledged) = (MessageFate.Acknowledged, at);
            if (message.SenderSeq != 0 && message.SenderSeq != seq)
            {
                findings.Add(Fault.Corrupted, $"{Describe(mark)}: the answer says {seq} in the sender's log, and it was seen there under {message.SenderSeq}");
            }

            message.SenderSeq = message.SenderSeq == 0 ? seq : message.SenderSeq;
            return message.Intended;
        }
    }

    /// <summary>It was refused for good.</summary>
    public void Refused(MessageMark mark)
    {
        var conversation = Find(mark)!;
        lock (conversation.Gate)
        {
            conversation[mark.Number].Fate = MessageFate.Refused;
        }
    }

    /// <summary>A message is in the log of an account under a number, as an event or the log itself says.</summary>
    /// <returns>What is known of it, as it was before; null if nobody has sent it.</returns>
    public Message? Saw(int account, long seq, MessageMark mark, bool inLog)
    {
        if (Find(mark) is not { } conversation)
        {
            findings.Add(Fault.Corrupted, $"{names.Of(account)} has a message under {seq} that nobody has sent");
            return null;
        }

        NoteEntry(account, seq, mark);
        lock (conversation.Gate)
        {
            ref var message = ref conversation[mark.Number];
            var before = message;
            if (account == conversation.From)
            {
                message.SenderSeq = Place(account, seq, mark, message.SenderSeq);
                message.InSenderLog |= inLog;
            }

            if (account == conversation.To)
            {
                message.RecipientSeq = Place(account, seq, mark, message.RecipientSeq);
                message.InRecipientLog |= inLog;
            }

            return before;
        }
    }

    /// <summary>Something else is in the log of an account under a number.</summary>
    public void SawOther(int account, long seq) => NoteEntry(account, seq, AccountLog.Other);

    /// <summary>The conversation of a message, if it was sent.</summary>
    public Conversation? Find(MessageMark mark)
    {
        if (!_byId.TryGetValue(mark.Conversation, out var conversation))
        {
            return null;
        }

        lock (conversation.Gate)
        {
            return conversation.Has(mark.Number) ? conversation : null;
        }
    }

    /// <summary>A message in words.</summary>
    public string Describe(MessageMark mark) => _byId.TryGetValue(mark.Conversation, out var conversation)
        ? $"message {mark.Number} from {names.Of(conversation.From)} to {names.Of(conversation.To)}"
        : "an unknown message";

    /// <summary>A message has one place in a log, whoever looks.</summary>
    private long Place(int account, long seq, MessageMark mark, long known)
    {
        if (known == 0 || known == seq)
        {
            return seq;
        }

        // Two places are one message too many; each further look at the same two is not another.
        if (TryBlame(account, Math.Max(known, seq)))
        {
            findings.Add(Fault.Duplicated, $"{Describe(mark)} is in the log of {names.Of(account)} under {Math.Min(known, seq)} and {Math.Max(known, seq)}");
        }

        return known;
    }

    /// <summary>What stands under a number is the same for everybody and for ever.</summary>
    private void NoteEntry(int account, long seq, MessageMark mark)
    {
        var log = Log(account);
        lock (log.Gate)
        {
            if (seq < log.First)
            {
                return;
            }

            var before = log.Note(seq, mark);
            if (before != default && before != mark && TryBlame(account, -seq))
            {
                findings.Add(Fault.Corrupted, $"{names.Of(account)} has two different events under {seq}: {InWords(before)} and {InWords(mark)}");
            }
        }
    }

    private string InWords(MessageMark mark) => mark == AccountLog.Other ? "no message" : Describe(mark);

    private bool TryBlame(int account, long seq) => _blamed.TryAdd((account, seq), true);
}
