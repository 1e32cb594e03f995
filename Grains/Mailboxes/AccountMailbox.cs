using System.Diagnostics.CodeAnalysis;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>A mailbox as its account knows it: what the bridge said last, and what of that the sessions were shown.</summary>
internal sealed class AccountMailbox(string address)
{
    private static readonly ChannelState s_closed = new() { Status = ChannelStatus.Closed };

    private byte[]? _shownMail;
    private byte[]? _shownChannel;

    public string Address { get; } = address;

    /// <summary>What the bridge said last; null before it said anything.</summary>
    public MailboxState? State { get; private set; }

    public MailboxNews? News { get; private set; }

    /// <summary>The bridge is being asked.</summary>
    public bool IsAsked { get; set; }

    /// <summary>Bindings that were begun: what the bridge said before one of them is out of date.</summary>
    public int Bindings { get; set; }

    public Mailbox ToMailbox() => new() { Address = Address, Channel = State?.Channel ?? s_closed, News = News };

    /// <summary>Takes what a bridge says by itself. False if it is not newer than what is known.</summary>
    public bool Take(MailboxState state)
    {
        if (State is { } known && (state.Epoch < known.Epoch || (state.Epoch == known.Epoch && state.Version <= known.Version)))
        {
            return false;
        }

        State = state;
        return true;
    }

    /// <summary>
    /// Takes what a bridge has answered. Who answers is the bridge there is now: it may be of a silo whose clock is
    /// behind, unless it was overtaken by another while it answered.
    /// </summary>
    /// <param name="state">The answer.</param>
    /// <param name="askedAt">The epoch that was known when it was asked.</param>
    public bool TakeAnswer(MailboxState state, long? askedAt)
    {
        if (State is { } known && state.Epoch < known.Epoch && known.Epoch == askedAt)
        {
            State = state;
            return true;
        }

        return Take(state);
    }

    /// <summary>Looks for friends anew, and answers the events that say what is different now.</summary>
    public IReadOnlyList<(string Event, byte[] Data)> Refresh(FriendMatcher friends)
    {
        var events = new List<(string Event, byte[] Data)>(2);
        if (State is not { } state)
        {
            return events;
        }

        if (IsChanged(ref _shownChannel, MailboxJson.ChannelData(Address, state.Channel)))
        {
            events.Add((MailboxJson.ChannelEvent, _shownChannel));
        }

        if (state.New is { } newest)
        {
            News = friends.Resolve(state.Unread, newest);
            if (IsChanged(ref _shownMail, MailboxJson.MailData(Address, News)))
            {
                events.Add((MailboxJson.MailEvent, _shownMail));
            }
        }

        return events;
    }

    private static bool IsChanged([NotNull] ref byte[]? shown, byte[] now)
    {
        if (shown is not null && shown.AsSpan().SequenceEqual(now))
        {
            return false;
        }

        shown = now;
        return true;
    }
}
