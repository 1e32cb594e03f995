using System.Text.Json;

namespace OrleansIM.Client.Internal;

/// <summary>From <c>{"ev", "account", "seq", "data"}</c> to a typed event.</summary>
internal static class EventReader
{
    /// <summary>Reads any event but <c>page</c>, <c>ready</c> and <c>bye</c>, which are the session's own business.</summary>
    public static ImEvent Read(JsonElement frame)
    {
        var name = frame.Text("ev") ?? "";
        var data = frame.Find("data") ?? default;
        ImEvent read;
        try
        {
            read = Typed(name, data) ?? Unknown(name, data);
        }
        catch (Exception wrong) when (JsonRead.IsUnreadable(wrong))
        {
            read = Unknown(name, data);
        }

        read.Account = frame.Text("account") ?? "";
        read.Seq = frame.Number("seq");
        return read;
    }

    /// <summary>Reads the events of one account in <c>recent</c> or <c>history</c>.</summary>
    public static IReadOnlyList<ImEvent> ReadAll(IEnumerable<JsonElement> frames, string account) => [.. frames.Select(frame =>
    {
        var read = Read(frame);
        read.Account = read.Account.Length == 0 ? account : read.Account;
        return read;
    })];

    private static ImEvent? Typed(string name, JsonElement data) => name switch
    {
        "message" => data.As(ImJson.Default.MessageReceived),
        "receipt" => data.As(ImJson.Default.ReceiptReceived),
        "contact" => data.As(ImJson.Default.ContactChanged),
        "profile" => ReadProfile(data),
        "settings" => new SettingsChanged { Changes = Changes(data, "settings") },
        "custom" => new CustomChanged { Changes = Changes(data, "custom") },
        "link" => data.As(ImJson.Default.LinksChanged),
        "group" => data.As(ImJson.Default.GroupChanged),
        "presence" => data.As(ImJson.Default.PresenceChanged),
        "typing" => data.As(ImJson.Default.TypingChanged),
        "mail" => data.As(ImJson.Default.MailChanged),
        "channel" => data.As(ImJson.Default.ChannelChanged),
        "pageGone" => data.As(ImJson.Default.PageGone),
        _ => null,
    };

    private static UnknownEvent Unknown(string name, JsonElement data) =>
        new() { Name = name, Data = data.ValueKind == JsonValueKind.Undefined ? default : data.Clone() };

    private static ProfileChanged ReadProfile(JsonElement data)
    {
        var changes = (data.Find("profile") is { ValueKind: JsonValueKind.Object } whole ? whole : data).Clone();
        return new ProfileChanged { Profile = changes.As(ImJson.Default.Profile), Changes = changes };
    }

    /// <summary><c>{key, value}</c>, <c>{"settings": {…}}</c> or the changed keys themselves.</summary>
    private static Dictionary<string, JsonElement> Changes(JsonElement data, string name)
    {
        var changes = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (data.Text("key") is { } key && data.Find("value") is { } value)
        {
            changes[key] = value.Clone();
            return changes;
        }

        var map = data.Find(name) is { ValueKind: JsonValueKind.Object } inner ? inner : data;
        foreach (var change in map.EnumerateObject())
        {
            changes[change.Name] = change.Value.Clone();
        }

        return changes;
    }
}
