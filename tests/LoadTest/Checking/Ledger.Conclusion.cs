namespace OrleansIM.LoadTest.Checking;

/// <content>What can be said when everything has been read.</content>
internal sealed partial class Ledger
{
    /// <summary>How many messages, and what their senders were told.</summary>
    public (long Sent, long Acknowledged, long Refused, long Unsure) Count()
    {
        long sent = 0, acknowledged = 0, refused = 0;
        foreach (var conversation in _byId.Values)
        {
            lock (conversation.Gate)
            {
                sent += conversation.Count;
                for (var number = 1; number <= conversation.Count; number++)
                {
                    acknowledged += conversation[number].Fate == MessageFate.Acknowledged ? 1 : 0;
                    refused += conversation[number].Fate == MessageFate.Refused ? 1 : 0;
                }
            }
        }

        return (sent, acknowledged, refused, sent - acknowledged - refused);
    }

    /// <summary>The accounts in whose logs something has not been found yet that was acknowledged or is in the other log.</summary>
    public IReadOnlySet<int> Incomplete()
    {
        var incomplete = new HashSet<int>();
        foreach (var conversation in _byId.Values)
        {
            lock (conversation.Gate)
            {
                for (var number = 1; number <= conversation.Count; number++)
                {
                    ref var message = ref conversation[number];
                    if (message.Fate == MessageFate.Acknowledged || message.InSenderLog != message.InRecipientLog)
                    {
                        Note(conversation.From, message.InSenderLog);
                        Note(conversation.To, message.InRecipientLog);
                    }
                }
            }
        }

        return incomplete;

        void Note(int account, bool isThere)
        {
            if (!isThere)
            {
                incomplete.Add(account);
            }
        }
    }

    /// <summary>Says what is lost, stored though it was refused, or out of order. Once, after every log has been read to its end.</summary>
    public void Conclude()
    {
        var senders = new Dictionary<int, List<Message>>();
        foreach (var conversation in _byId.Values)
        {
            lock (conversation.Gate)
            {
                var stored = new List<Message>();
                for (var number = 1; number <= conversation.Count; number++)
                {
                    Judge(conversation, number);
                    if (conversation[number].InSenderLog)
                    {
                        stored.Add(conversation[number]);
                    }
                }

                CheckSameOrder(conversation, stored);
                CheckRequests(conversation, stored);
                if (!senders.TryGetValue(conversation.From, out var all))
                {
                    senders[conversation.From] = all = [];
                }

                all.AddRange(stored);
            }
        }

        foreach (var (account, messages) in senders)
        {
            messages.Sort((one, other) => one.SenderSeq.CompareTo(other.SenderSeq));
            CheckTime(account, messages);
        }
    }

    private void Judge(Conversation conversation, int number)
    {
        ref var message = ref conversation[number];
        var mark = new MessageMark(conversation.Id, number);
        if (message.Fate == MessageFate.Acknowledged && !(message.InSenderLog && message.InRecipientLog))
        {
            var where = message.InSenderLog ? "the recipient's log" : message.InRecipientLog ? "the sender's log" : "both logs";
            findings.Add(Fault.Lost, $"{Describe(mark)} was acknowledged and is missing in {where}");
        }
        else if (message.Fate == MessageFate.Refused && (message.InSenderLog || message.InRecipientLog))
        {
            findings.Add(Fault.Corrupted, $"{Describe(mark)} was refused and is stored all the same");
        }
        else if (message.InSenderLog != message.InRecipientLog)
        {
            // Nobody was told that it is stored, but half a message must not stay half.
            findings.Add(Fault.Lost, $"{Describe(mark)} is in {(message.InSenderLog ? "the sender's" : "the recipient's")} log alone");
        }
    }

    /// <summary>What one account sends to another arrives in the order it is in the sender's log.</summary>
    private void CheckSameOrder(Conversation conversation, List<Message> stored)
    {
        var inOrder = stored.Where(message => message.InRecipientLog).OrderBy(message => message.SenderSeq).ToList();
        for (var i = 1; i < inOrder.Count; i++)
        {
            if (inOrder[i].RecipientSeq < inOrder[i - 1].RecipientSeq)
            {
                findings.Add(
                    Fault.Reordered,
                    $"from {names.Of(conversation.From)} to {names.Of(conversation.To)}: {inOrder[i - 1].SenderSeq} and {inOrder[i].SenderSeq} of the sender's log are "
                    + $"{inOrder[i - 1].RecipientSeq} and {inOrder[i].RecipientSeq} of the recipient's");
            }
        }
    }

    /// <summary>What was acknowledged before something else was begun stands before it.</summary>
    private void CheckTime(int account, List<Message> log)
    {
        var earliest = long.MaxValue;
        for (var i = log.Count - 1; i >= 0; i--)
        {
            if (earliest < log[i].Began)
            {
                findings.Add(Fault.Reordered, $"{log[i].SenderSeq} of the log of {names.Of(account)} was begun after something that stands behind it was acknowledged");
            }

            if (log[i].Acknowledged != 0)
            {
                earliest = Math.Min(earliest, log[i].Acknowledged);
            }
        }
    }

    /// <summary>
    /// What one connection asks to be sent from one account to another is sent in that order; what went out twice may have
    /// been sent either time.
    /// </summary>
    private void CheckRequests(Conversation conversation, List<Message> stored)
    {
        var last = new Dictionary<int, (long Place, long Seq)>();
        foreach (var message in stored.Where(message => message is { Writes: 1, Fate: MessageFate.Acknowledged }).OrderBy(message => message.SenderSeq))
        {
            var connection = (int)(message.Place >> 32);
            if (last.TryGetValue(connection, out var before) && message.Place < before.Place)
            {
                findings.Add(
                    Fault.Reordered,
                    $"from {names.Of(conversation.From)} to {names.Of(conversation.To)}: {before.Seq} and {message.SenderSeq} of the sender's log were asked for in the other order");
            }

            last[connection] = (message.Place, message.SenderSeq);
        }
    }
}
