using System.Text.Json;
using OrleansIM.Presence;
using OrleansIM.Profiles;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Tests.Support;

/// <summary>Presence as a session sees it: its page, and every event since, in order.</summary>
internal static class SeenPresence
{
    /// <summary>By account: status and note, and <c>seen</c> where a time comes with it. Who is just offline is not in it.</summary>
    public static SortedDictionary<string, string> Presence(this GrainWorld world, TestSession session, string? account = null)
    {
        var page = account ?? session.SignedInAs;
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (who, presence) in session.Pages[page].Presence)
        {
            Note(seen, who, presence.Status, presence.Note, presence.LastSeen is not null);
        }

        foreach (var json in world.PresenceEvents(session, page))
        {
            var note = json.TryGetProperty("note", out var text) ? text.GetString() : null;
            Note(seen, json.GetProperty("contact").GetString()!, json.GetProperty("status").GetString()!, note, json.TryGetProperty("lastSeen", out _));
        }

        return seen;
    }

    /// <summary>The data of the events of a session, in order.</summary>
    public static JsonElement[] PresenceEvents(this GrainWorld world, TestSession session, string? account = null) =>
    [
        .. world.Gateway.Pushes.OfType<PushedSignal>()
            .Where(push => push.Event == "presence" && push.Account == (account ?? session.SignedInAs) && push.Sessions.Contains(session.Id))
            .Select(push => JsonDocument.Parse(push.Data).RootElement),
    ];

    /// <summary>Waits until the session sees this of one account; <c>offline</c> for nothing.</summary>
    public static Task SeesAsync(this GrainWorld world, TestSession session, string who, string presence, string? account = null) => Eventually.TrueAsync(
        () => world.Presence(session, account).GetValueOrDefault(who, "offline") == presence,
        $"{account ?? session.SignedInAs} to see {who} as '{presence}'");

    public static Task<Outcome> SayAsync(this GrainWorld world, TestSession session, PresenceStatus status, string? note = null, string? account = null) =>
        world.Account(account ?? session.SignedInAs).SetPresenceAsync(session.Id, new SessionPresence { Status = status, Note = note });

    public static Task<Outcome> SetPrivacyAsync(this GrainWorld world, TestSession session, string key, string? value) =>
        world.Account(session.SignedInAs).SetValueAsync(session.Id, new SetValue { Store = ValueStore.Settings, Key = "privacy." + key, Json = value is null ? null : $"\"{value}\"" });

    private static void Note(SortedDictionary<string, string> seen, string who, string status, string? note, bool wasSeen)
    {
        var text = $"{status} {note}{(wasSeen ? "seen" : "")}".TrimEnd();
        if (text == "offline")
        {
            seen.Remove(who);
        }
        else
        {
            seen[who] = text;
        }
    }
}
