using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Grains.Contacts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// Contacts (mission P4). All changes of the relation between two accounts are decided at the one whose id sorts first,
/// one after the other, on what both have committed; so that two people who act at once still end on the same relation.
/// </summary>
internal sealed partial class AccountGrain
{
    public async Task<Outcome<ContactState>> ChangeContactAsync(string session, ChangeContact change)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        return change.Account == _id
            ? new Refusal(ErrorCodes.Self, "account: an account cannot be its own contact.")
            : await ChangeRelationWithAsync(change.Account, change.Action, change.Greeting);
    }

    public async Task<Outcome<ContactState>> ChangeRelationAsync(RelationChange change)
    {
        var peer = change.Actor == _id ? change.Other : change.Actor;
        using var gate = await Gates.Contacts.EnterAsync(peer);
        if (_outboxTimer is not null && !await TryFinishOutboxAsync(CancellationToken.None))
        {
            // The peer has not heard of the last change yet: what it says now would be out of date.
            return Busy;
        }

        var theirs = await Peer(peer).GetRelationAsync(_id);
        var mine = OwnSide(peer);
        var (actor, other) = change.Actor == _id ? (mine, theirs) : (theirs, mine);
        // Towards an account that is gone only what clears one's own side is left.
        if (!other.Exists && change.Action is ContactAction.Request or ContactAction.Accept)
        {
            return UnknownAccount;
        }

        var decision = ContactRules.Decide(actor.State, other.State, change.Action);
        if (decision.Refusal is { } refusal)
        {
            return refusal;
        }

        var sides = decision.Get();
        if (Full(actor, sides.Mine) is { } full)
        {
            return full;
        }

        if (other.IsFull && other.State is ContactState.None && sides.Theirs is not ContactState.None)
        {
            return new Refusal(ErrorCodes.LimitReached, "account: it takes no more requests at the moment.");
        }

        var (mineAfter, theirsAfter) = change.Actor == _id ? (sides.Mine, sides.Theirs) : (sides.Theirs, sides.Mine);
        var failed = await StoreRelationAsync(peer, (mine.State, mineAfter, theirs.Card), (theirs.State, theirsAfter, mine.Card), change);
        return failed is not null ? failed : sides.Mine;
    }

    public async Task<Outcome<Accepted>> JoinRelationAsync(string unit, RelationDelta delta)
    {
        if (_services.Appender.Find(unit) is not { } found)
        {
            return Accepted.Elsewhere;
        }

        using var gate = await Gates.Contacts.EnterAsync(delta.Card.Account);
        return await JoinUnitAsync(found, ContactEntry(Merge(delta.Card.Account, delta)));
    }

    public Task<RelationSide> GetRelationAsync(string other) => Task.FromResult(OwnSide(other));

    public async Task<Outcome<Contact>> SetContactAsync(string session, SetContact change)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        using var gate = await Gates.Contacts.EnterAsync(change.Account);
        if (_state.Contact(change.Account) is not { } contact)
        {
            return new Refusal(ErrorCodes.UnknownAccount, "account: this is none of your contacts.");
        }

        var changed = contact with
        {
            Remark = Text(change.Remark, contact.Remark),
            Labels = change.Labels is null ? contact.Labels : change.Labels is [] ? null : change.Labels,
            Settings = change.Settings is null ? contact.Settings : change.Settings is "null" ? null : change.Settings,
        };
        return await AppendAsync(ContactEntry(changed)) is { } failed ? failed : changed;
    }

    public async Task UpdateCardAsync(Profile card)
    {
        using var gate = await Gates.Contacts.EnterAsync(card.Account);
        if (IsActive && _state.Contact(card.Account) is { State: ContactState.Friend } contact)
        {
            var changed = WithCard(contact, card);
            if (changed != contact)
            {
                await AppendAsync(ContactEntry(changed));
            }
        }
    }

    private Task<Outcome<ContactState>> ChangeRelationWithAsync(string other, ContactAction action, string? greeting)
    {
        var first = string.CompareOrdinal(_id, other) < 0 ? _id : other;
        return Peer(first).ChangeRelationAsync(new RelationChange { Actor = _id, Other = other, Action = action, Greeting = greeting });
    }

    private RelationSide OwnSide(string other) => new()
    {
        Exists = IsActive,
        State = Exists ? _state.ContactState(other) : ContactState.None,
        IsFull = _state.Contacts.Count >= _services.Options.MaxContacts && _state.Contact(other) is null,
        Card = Card(),
    };

    private Refusal? Full(RelationSide actor, ContactState after) =>
        actor.IsFull && after is not ContactState.None
            ? new Refusal(ErrorCodes.LimitReached, $"You have {_services.Options.MaxContacts} contacts already. Remove one first.")
            : null;

    /// <summary>Stores the sides that change; null when done. The gate of the pair is held.</summary>
    private async Task<Refusal?> StoreRelationAsync(
        string peer, (ContactState Before, ContactState After, Profile Card) mine, (ContactState Before, ContactState After, Profile Card) theirs, RelationChange change)
    {
        var delta = new RelationDelta { State = theirs.After, Card = theirs.Card, Greeting = change.Actor == _id ? change.Greeting : null };
        if (mine.Before == mine.After)
        {
            return theirs.Before == theirs.After ? null : await StoreTheirsAsync(peer, delta);
        }

        var unit = _services.Appender.Prepare();
        var greeting = change.Actor == _id ? null : change.Greeting;
        unit.Add(ContactEntry(Merge(peer, new RelationDelta { State = mine.After, Card = mine.Card, Greeting = greeting })));
        if (theirs.Before == theirs.After)
        {
            return await CommitAsync(unit);
        }

        var item = new OutboxItem(peer, EntryKind.Contact, JsonSerializer.SerializeToUtf8Bytes(delta, OutboxJson.Default.RelationDelta));
        return await StoreBothAsync(unit, item, () => Peer(peer).JoinRelationAsync(unit.Id, delta));
    }

    /// <summary>Only the peer's side changes: it stores that by itself.</summary>
    private async Task<Refusal?> StoreTheirsAsync(string peer, RelationDelta delta) => await Peer(peer).SetRelationAsync(delta) switch
    {
        { Refusal: { } refusal } => refusal,
        _ => null,
    };

    public async Task<Outcome> SetRelationAsync(RelationDelta delta)
    {
        using var gate = await Gates.Contacts.EnterAsync(delta.Card.Account);
        return await AppendAsync(ContactEntry(Merge(delta.Card.Account, delta))) is { } failed ? failed : Outcome.Done;
    }

    private PreparedEntry ContactEntry(Contact contact) => Prepare(EntryKind.Contact, EntryData.Contact(contact), contact.Account);

    /// <summary>The contact after a change of the relation: what this account notes about it stays.</summary>
    private Contact Merge(string account, RelationDelta delta)
    {
        var contact = _state.Contact(account) ?? new Contact { Account = account, DisplayName = account, State = ContactState.None };
        var changed = WithCard(contact with { State = delta.State }, delta.Card);
        return changed with { Greeting = delta.State is ContactState.Pending ? delta.Greeting : null };
    }

    /// <summary>Friends show each other more than a name. Who is none any more has no address here, mapped or not.</summary>
    private static Contact WithCard(Contact contact, Profile card) => contact with
    {
        DisplayName = card.DisplayName,
        Email = contact.State is ContactState.Friend ? card.Email : null,
        Description = contact.State is ContactState.Friend ? card.Description : null,
        Mailboxes = contact.State is not ContactState.Friend || card.Mailboxes is null or [] ? null
            : contact.Mailboxes?.SequenceEqual(card.Mailboxes) == true ? contact.Mailboxes
            : card.Mailboxes,
        Mapped = contact.State is ContactState.Friend ? contact.Mapped : null,
    };

    private static string? Text(string? change, string? current) => change is null ? current : change.Length == 0 ? null : change;
}
