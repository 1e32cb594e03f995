using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrleansIM.Client.Internal;

/// <summary>Everything that is written to and read from the local store; generated, so that trimming and AOT keep it.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(StoredPage))]
[JsonSerializable(typeof(KeptMessage))]
[JsonSerializable(typeof(List<MailParty>))]
[JsonSerializable(typeof(ContactChanged))]
[JsonSerializable(typeof(GroupChanged))]
[JsonSerializable(typeof(LinksChanged))]
[JsonSerializable(typeof(MessageReceived))]
[JsonSerializable(typeof(ReceiptReceived))]
internal sealed partial class StoreJson : JsonSerializerContext;

/// <summary>A page as the local store has it: all of it but presence, which is of the moment.</summary>
internal sealed record StoredPage
{
    public string Role { get; init => field = value ?? ""; } = "";
    public string Via { get; init => field = value ?? ""; } = "";
    public Profile Profile { get; init => field = value ?? new(); } = new();
    public IReadOnlyList<Contact> Contacts { get; init => field = value ?? []; } = [];
    public IReadOnlyDictionary<string, JsonElement>? Settings { get; init; }
    public IReadOnlyDictionary<string, JsonElement>? Custom { get; init; }
    public IReadOnlyDictionary<string, int>? Unread { get; init; }
    public IReadOnlyList<GroupEntry> Groups { get; init => field = value ?? []; } = [];
    public IReadOnlyDictionary<string, PeerReceipts>? Receipts { get; init; }
    public IReadOnlyList<Mailbox> Mailboxes { get; init => field = value ?? []; } = [];

    /// <summary>Events as on the wire.</summary>
    public IReadOnlyList<JsonElement> Recent { get; init => field = value ?? []; } = [];
    public long Cursor { get; init; }

    public static StoredPage Of(Page page) => new()
    {
        Role = page.Role,
        Via = page.Via,
        Profile = page.Profile,
        Contacts = [.. page.Contacts.Values],
        Settings = page.Settings,
        Custom = page.Custom,
        Unread = page.Unread,
        Groups = [.. page.Groups.Values],
        Receipts = page.Receipts,
        Mailboxes = [.. page.Mailboxes.Values],
        Recent = EventWriter.WriteAll(page.Recent),
        Cursor = page.Cursor,
    };

    /// <summary>As the server would have sent it.</summary>
    public PageData ToData() => new()
    {
        Role = Role,
        Profile = Profile,
        Contacts = [.. Contacts],
        Settings = Copy(Settings),
        Custom = Copy(Custom),
        Unread = Copy(Unread),
        Groups = [.. Groups],
        Receipts = Copy(Receipts),
        Mailboxes = [.. Mailboxes],
        Recent = [.. Recent],
        Cursor = Cursor,
    };

    private static Dictionary<string, T>? Copy<T>(IReadOnlyDictionary<string, T>? map) => map is null ? null : new(map);
}

/// <summary>A message of the outbox as the local store has it.</summary>
internal sealed record KeptMessage
{
    public OutgoingMessage Message { get; init => field = value ?? new(); } = new();

    /// <summary>Messages to one peer go out in this order. About the microsecond it was written at.</summary>
    public long Order { get; init; }

    /// <summary>The client that sends it.</summary>
    public string Owner { get; init => field = value ?? ""; } = "";
}
