using System.Text.Json;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Messages;

namespace OrleansIM.Grains.Groups;

/// <summary>
/// What happened to a group: the <c>data</c> of <c>group</c> events (docs/protocol.md), as it is stored. Each one says
/// how the group is after it, so that it can be shown by itself.
/// </summary>
internal sealed record GroupEvent
{
    public const string Created = "created", Joined = "joined", Left = "left", Kicked = "kicked", Role = "role", Set = "set";

    public required string What { get; init; }

    /// <summary>Who did it.</summary>
    public required string By { get; init; }

    /// <summary>Whom it is about.</summary>
    public string[] Accounts { get; init; } = [];

    /// <summary>The new role of <see cref="Accounts"/>.</summary>
    public GroupRole? NewRole { get; init; }

    /// <summary>Who is an owner from now on, because the last one left.</summary>
    public string? Owner { get; init; }

    /// <summary>The name afterwards.</summary>
    public required string Name { get; init; }

    /// <summary>The option afterwards.</summary>
    public required bool MemberInvites { get; init; }

    /// <summary>How many members there are afterwards.</summary>
    public required int Members { get; init; }

    /// <summary>Whether this ends the membership of an account.</summary>
    public bool Removes(string account) => What is Left or Kicked && Accounts.Contains(account);

    /// <summary>Whether this begins the membership of an account.</summary>
    public bool Adds(string account) => What is Created or Joined && Accounts.Contains(account);

    public byte[] ToData(string group) => EntryData.Write((group, happened: this), static (json, it) =>
    {
        var happened = it.happened;
        json.WriteString("group"u8, it.group);
        json.WriteString("what"u8, happened.What);
        json.WriteString("by"u8, happened.By);
        if (happened.Accounts.Length > 0)
        {
            WriteAccounts(json, "accounts"u8, happened.Accounts);
        }

        if (happened.NewRole is { } role)
        {
            json.WriteString("role"u8, NameOf(role));
        }

        if (happened.Owner is not null)
        {
            json.WriteString("owner"u8, happened.Owner);
        }

        json.WriteString("name"u8, happened.Name);
        json.WriteBoolean("memberInvites"u8, happened.MemberInvites);
        json.WriteNumber("members"u8, happened.Members);
    });

    /// <summary>Null for data that a group's log does not keep any more.</summary>
    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static GroupEvent? Read(byte[] data) => EntryData.Read(data, static json => !json.TryGetProperty("what", out _) ? null : new GroupEvent
    {
        What = EntryData.Required(json, "what"),
        By = EntryData.Required(json, "by"),
        Accounts = EntryData.Texts(json, "accounts") ?? [],
        NewRole = json.TryGetProperty("role", out _) ? EntryData.Named<GroupRole>(json, "role") : null,
        Owner = json.TryGetProperty("owner", out var owner) ? owner.GetString() : null,
        Name = EntryData.Required(json, "name"),
        MemberInvites = json.GetProperty("memberInvites").GetBoolean(),
        Members = json.GetProperty("members").GetInt32(),
    });

    /// <summary>
    /// Null too for what is damaged: a member goes past it as past an entry that the group does not keep any more. The group
    /// itself says so.
    /// </summary>
    public static GroupEvent? ReadOrNull(byte[] data)
    {
        try
        {
            return Read(data);
        }
        catch (DamagedEntryException)
        {
            return null;
        }
    }

    /// <summary>A message in a group. What readers look for stands before the body.</summary>
    public static byte[] Message(string id, string from, SendMessage message, DateTimeOffset sentAt) =>
        EntryData.Write((id, from, message, sentAt), static (json, it) =>
        {
            json.WriteString("id"u8, it.id);
            json.WriteString("from"u8, it.from);
            json.WriteString("to"u8, it.message.To);
            if (it.message.Mentions is { Length: > 0 } mentions)
            {
                WriteAccounts(json, "mentions"u8, mentions);
            }

            json.WriteString("body"u8, it.message.Body);
            json.WriteString("kind"u8, it.message.Kind);
            json.WriteTime("sentAt"u8, it.sentAt);
        });

    /// <summary>Who wrote a message, and whether it mentions an account: nobody, for what is none. Reads up to the body only.</summary>
    public static (string? From, bool Mentions) ReadMessage(byte[] data, string account)
    {
        try
        {
            return ReadMessage(new Utf8JsonReader(data), account);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return default;
        }
    }

    private static (string? From, bool Mentions) ReadMessage(Utf8JsonReader json, string account)
    {
        string? from = null;
        var mentions = false;
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName && !json.ValueTextEquals("body"u8))
        {
            var isFrom = json.ValueTextEquals("from"u8);
            var isMentions = json.ValueTextEquals("mentions"u8);
            json.Read();
            if (isFrom)
            {
                from = json.GetString();
            }
            else if (isMentions)
            {
                while (json.Read() && json.TokenType == JsonTokenType.String)
                {
                    mentions |= json.ValueTextEquals(account);
                }
            }
        }

        return (from, mentions);
    }

    /// <summary>
    /// What an outbox keeps of an addition: how far after the entry that called for it is the one that tells it.
    /// </summary>
    public static byte[] Invite(int offset) => EntryData.Write(offset, static (json, offset) => json.WriteNumber("offset"u8, offset));

    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static int ReadInvite(byte[] data) => EntryData.Read(data, static json => json.GetProperty("offset").GetInt32());

    public static string NameOf(GroupRole role) => role.ToString().ToLowerInvariant();

    private static void WriteAccounts(Utf8JsonWriter json, ReadOnlySpan<byte> name, string[] accounts)
    {
        json.WriteStartArray(name);
        foreach (var account in accounts)
        {
            json.WriteStringValue(account);
        }

        json.WriteEndArray();
    }
}
