using System.Collections.ObjectModel;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Ops;
using OrleansIM.Presence;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>
/// This part keeps what the client has said about its user. An account that starts anew has forgotten it and is told
/// again when it is opened: who is invisible stays so.
/// </summary>
internal sealed partial class Session
{
    private IReadOnlyDictionary<string, SessionPresence> _presence = ReadOnlyDictionary<string, SessionPresence>.Empty;
    private SessionPresence? _presenceOfAll;

    /// <summary>Notes what the client has said, of one account or of all, also those that come later.</summary>
    public void ChoosePresence(SessionAccount? account, SessionPresence presence)
    {
        lock (_gate)
        {
            if (account is not null)
            {
                account.Presence = presence;
                return;
            }

            _presenceOfAll = presence;
            foreach (var each in _accounts)
            {
                each.Presence = presence;
            }
        }
    }

    private void BeginPresence(IReadOnlyDictionary<string, SessionPresence> presence)
    {
        _presence = presence;
        _own.Presence = PresenceFor(_own.Id);
    }

    private SessionPresence? PresenceFor(string account) => _presenceOfAll
        ?? _presence.GetValueOrDefault(account)
        ?? _presence.GetValueOrDefault(PresenceOps.Others);

    private void HoldSignals(SessionAccount account)
    {
        lock (_gate)
        {
            account.HoldsSignals = true;
        }
    }

    /// <summary>Sends what waited. The lock is held.</summary>
    private void ReleaseSignals(SessionAccount account)
    {
        foreach (var (name, data) in account.TakeSignals())
        {
            _queue.EnqueueEphemeral(new SignalFrame(account.Id, name, data));
        }
    }

    /// <summary>
    /// The account was opened again behind the client's back: nobody knows what of presence was missed meanwhile, so all
    /// of it is told. The lock is held.
    /// </summary>
    private void ShowPresence(SessionAccount account, AccountPage page)
    {
        var friends = page.Contacts.Where(contact => contact.State is ContactState.Friend).Select(contact => contact.Account);
        foreach (var who in friends.Prepend(account.Id))
        {
            _queue.EnqueueEphemeral(new PresenceFrame(account.Id, who, page.Presence.GetValueOrDefault(who)));
        }
    }
}
