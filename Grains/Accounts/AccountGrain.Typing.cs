using Orleans.Runtime;
using OrleansIM.Grains.Collections;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Who types (mission P1). Nothing of it is stored. What is said too often is dropped, and what is not said again ends by
/// itself: a client that goes away while typing does not type for ever.
/// </summary>
internal sealed partial class AccountGrain
{
    private TypingThrottle? _typingThrottle;

    // Who types to this account, in which conversation, and until when that holds. Friends only, so there are not many.
    private SparseMap<(string From, string To), DateTimeOffset> _typists = new();
    private IGrainTimer? _typingTimer;

    public async Task<Outcome> SetTypingAsync(string session, string to, bool on)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        if (GroupIds.IsGroup(to))
        {
            return _state.Groups.Find(to) is null ? GroupRules.NotAMember
                : LetsType(to, on) ? await GroupOf(to).SetTypingAsync(_id, on)
                : Outcome.Done;
        }

        if (!_state.IsFriend(to))
        {
            return NotFriends;
        }

        if (LetsType(to, on))
        {
            await Peer(to).TakeTypingAsync(_id, on);
        }

        return Outcome.Done;
    }

    private bool LetsType(string to, bool on) =>
        (_typingThrottle ??= new TypingThrottle(_services.Options.TypingInterval)).Lets(to, on, _services.Time.GetUtcNow());

    public Task TakeTypingAsync(string from, bool on)
    {
        if (IsActive && _state.IsFriend(from))
        {
            ShowTyping(from, _id, on);
        }

        return Task.CompletedTask;
    }

    /// <summary>Shows it to the sessions there are; without one it is gone.</summary>
    private void ShowTyping(string from, string to, bool on)
    {
        if (_sessions.Count == 0)
        {
            return;
        }

        PushSignal("typing", EntryData.Typing(from, to, on));
        if (on)
        {
            _typists[(from, to)] = _services.Time.GetUtcNow() + _services.Options.TypingExpires;
            _typingTimer ??= this.RegisterGrainTimer(
                _ => EndSilentTyping(), new GrainTimerCreationOptions(_services.Options.TypingExpires, Timeout.InfiniteTimeSpan) { Interleave = true });
        }
        else
        {
            _typists.Remove((from, to));
        }
    }

    /// <summary>A message is here: its author does not type any more.</summary>
    private void EndTyping(string from, string to)
    {
        if (_typists.Count > 0 && _typists.Remove((from, to)))
        {
            PushSignal("typing", EntryData.Typing(from, to, on: false));
        }
    }

    private void EndTypingOfAuthors(TimelineEntry[] entries)
    {
        if (_typists.Count == 0)
        {
            return;
        }

        // What came in has a seq at its sender's; this account's own messages have none.
        foreach (var message in entries.Where(entry => entry is { Kind: EntryKind.Message, Peer: not null, PeerSeq: not null }))
        {
            if (GroupIds.IsGroup(message.Peer!))
            {
                EndTyping(GroupEvent.ReadMessage(message.Data, _id).From ?? "", message.Peer!);
            }
            else
            {
                EndTyping(message.Peer!, _id);
            }
        }
    }

    private Task EndSilentTyping()
    {
        var now = _services.Time.GetUtcNow();
        foreach (var ((from, to), _) in _typists.Items.Where(typist => typist.Value <= now).ToArray())
        {
            EndTyping(from, to);
        }

        if (_typists.Count == 0)
        {
            _typingTimer?.Dispose();
            _typingTimer = null;
        }
        else
        {
            // Not at once again if the two clocks disagree by a moment.
            var next = _typists.Values.Min() - now;
            _typingTimer?.Change(next < s_typingPause ? s_typingPause : next, Timeout.InfiniteTimeSpan);
        }

        return Task.CompletedTask;
    }

    private static readonly TimeSpan s_typingPause = TimeSpan.FromMilliseconds(50);
}
