using OrleansIM.Contacts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>Profile, settings and custom data (mission L3, L4).</summary>
internal sealed partial class AccountGrain
{
    public async Task<Outcome<Profile>> SetProfileAsync(string session, SetProfile change)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        using var gate = await Gates.Profile.EnterAsync();
        var before = _state.Profile;
        var after = before with
        {
            DisplayName = change.DisplayName switch { null => before.DisplayName, "" => _id, var name => name },
            Email = Text(change.Email, before.Email),
            Description = Text(change.Description, before.Description),
            Avatar = Text(change.Avatar, before.Avatar),
        };
        if (after == before)
        {
            return after;
        }

        if (await AppendAsync(Prepare(EntryKind.Profile, EntryData.Profile(after))) is { } failed)
        {
            return failed;
        }

        // The change is done; who is a friend hears of it, without holding the answer up.
        _ = TellFriendsAsync();
        return after;
    }

    public async Task<Outcome> SetValueAsync(string session, SetValue change)
    {
        if (Refuse(session) is { } refusal)
        {
            return refusal;
        }

        if (change.Store is ValueStore.Settings && PrivacyRules.Check(change.Key, change.Json) is { } unknown)
        {
            return unknown;
        }

        using var gate = await Gates.Profile.EnterAsync();
        var (values, kind) = change.Store is ValueStore.Settings
            ? (_state.Settings, EntryKind.Settings)
            : (_state.Custom, EntryKind.Custom);
        values.TryGetValue(change.Key, out var current);
        if (current == change.Json)
        {
            return Outcome.Done;
        }

        if (current is null && values.Count >= _services.Options.MaxValues)
        {
            return new Refusal(ErrorCodes.LimitReached, $"key: there are {_services.Options.MaxValues} keys already. Remove one first.");
        }

        if (await AppendAsync(Prepare(kind, EntryData.Value(change.Key, change.Json))) is { } failed)
        {
            return failed;
        }

        UpdatePresence();
        return Outcome.Done;
    }

    private async Task TellFriendsAsync()
    {
        var card = Card();
        var friends = _state.Contacts.Values.Where(contact => contact.State is ContactState.Friend).Select(contact => contact.Account);
        foreach (var some in friends.Chunk(16).ToArray())
        {
            try
            {
                await Task.WhenAll(some.Select(friend => Peer(friend).UpdateCardAsync(card)));
            }
#pragma warning disable CA1031 // A friend that cannot be told now sees it with the next change.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogCardNotTold(failure);
            }
        }
    }
}
