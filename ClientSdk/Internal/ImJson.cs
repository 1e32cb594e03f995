using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansIM.Client.Internal;

/// <summary>Everything that is read from the wire by type; generated, so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(PageData))]
[JsonSerializable(typeof(HelloAnswer))]
[JsonSerializable(typeof(LoginAnswer))]
[JsonSerializable(typeof(Bye))]
[JsonSerializable(typeof(MessageReceived))]
[JsonSerializable(typeof(ReceiptReceived))]
[JsonSerializable(typeof(ContactChanged))]
[JsonSerializable(typeof(LinksChanged))]
[JsonSerializable(typeof(GroupChanged))]
[JsonSerializable(typeof(Group))]
[JsonSerializable(typeof(GroupRejection))]
[JsonSerializable(typeof(PresenceChanged))]
[JsonSerializable(typeof(TypingChanged))]
[JsonSerializable(typeof(MailChanged))]
[JsonSerializable(typeof(ChannelChanged))]
[JsonSerializable(typeof(Mailbox))]
[JsonSerializable(typeof(MailParty))]
[JsonSerializable(typeof(MailList))]
[JsonSerializable(typeof(SentMail))]
[JsonSerializable(typeof(PageGone))]
[JsonSerializable(typeof(SentMessage))]
[JsonSerializable(typeof(LinkGroup))]
[JsonSerializable(typeof(LinkRejection))]
[JsonSerializable(typeof(AppPassword))]
[JsonSerializable(typeof(NewAppPassword))]
[JsonSerializable(typeof(DeviceSession))]
[JsonSerializable(typeof(Device))]
[JsonSerializable(typeof(Profile))]
internal sealed partial class ImJson : JsonSerializerContext;

/// <summary>The answer to <c>hello</c>.</summary>
internal sealed record HelloAnswer
{
    public string Session { get; init => field = value ?? ""; } = "";
    public IReadOnlyList<HelloAccount> Accounts { get; init => field = value ?? []; } = [];
    public int HeartbeatMs { get; init; }
}

/// <summary>An account of the session.</summary>
internal sealed record HelloAccount
{
    public string Account { get; init => field = value ?? ""; } = "";
    public string Role { get; init => field = value ?? ""; } = "";
    public string Via { get; init => field = value ?? ""; } = "";
}

/// <summary>The answer to a login.</summary>
internal sealed record LoginAnswer
{
    public string Token { get; init => field = value ?? ""; } = "";
    public string Account { get; init => field = value ?? ""; } = "";
    public string Via { get; init => field = value ?? ""; } = "";
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The server's last words on a socket.</summary>
internal sealed record Bye
{
    public int Code { get; init; }
    public bool Reconnect { get; init; }
    public long? AfterMs { get; init; }
}

/// <summary>The data of a <c>page</c>; what is null was not in it.</summary>
internal sealed record PageData
{
    public Profile? Profile { get; init; }
    public string? Role { get; init; }
    public Dictionary<string, JsonElement>? Settings { get; init; }
    public Dictionary<string, JsonElement>? Custom { get; init; }
    public List<Contact>? Contacts { get; init; }
    public Dictionary<string, Presence>? Presence { get; init; }
    public Dictionary<string, int>? Unread { get; init; }
    public List<GroupEntry>? Groups { get; init; }
    public Dictionary<string, PeerReceipts>? Receipts { get; init; }
    public List<JsonElement>? Recent { get; init; }
    public List<Mailbox>? Mailboxes { get; init; }
    public long Cursor { get; init; }
    public bool Resumed { get; init; }
}
