using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansIM.Client;

/// <summary>
/// Something that happened, on a page or in the session. Durable events (those with a <see cref="Seq"/>) arrive once and
/// in the order of their numbers on each account, also over reconnects. Ephemeral events may be lost on the way. Before
/// an event is handed out, the page it belongs to has been brought up to date with it.
/// </summary>
public abstract record ImEvent
{
    /// <summary>The account whose page the event belongs to; empty for events of the whole session.</summary>
    [JsonIgnore]
    public string Account { get; internal set; } = "";

    /// <summary>The number of a durable event in the account's log: up by exactly 1, never reused. Null on all others.</summary>
    [JsonIgnore]
    public long? Seq { get; internal set; }
}

/// <summary>An event that this SDK does not know, or cannot read; a newer server may send them. Durable ones count as seen.</summary>
public sealed record UnknownEvent : ImEvent
{
    /// <summary>Its name on the wire.</summary>
    public string Name { get; init; } = "";

    /// <summary>Its data, as it came.</summary>
    public JsonElement Data { get; init; }
}
