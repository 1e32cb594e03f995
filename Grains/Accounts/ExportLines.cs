using System.Text.Json;
using OrleansIM.Contacts;
using OrleansIM.Grains.Groups;
using OrleansIM.Grains.Timelines;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Profiles;
using OrleansIM.Protocol;
using OrleansIM.Timelines;

namespace OrleansIM.Grains.Accounts;

/// <summary>The lines of an export (docs/protocol.md, "Export"): each one object with one field, whose name says what it is.</summary>
internal static class ExportLines
{
    public const int Format = 1;

    public static byte[] Head(string account, DateTimeOffset createdAt, OwnerIdentity? owner, DateTimeOffset now, long head) =>
        Line("export", (account, createdAt, owner, now, head), static (json, it) =>
        {
            json.WriteNumber("format"u8, Format);
            json.WriteString("account"u8, it.account);
            json.WriteTime("createdAt"u8, it.createdAt);
            json.WriteTime("exportedAt"u8, it.now);
            json.WriteNumber("upTo"u8, it.head);
            if (it.owner is { } owner)
            {
                json.WriteString("issuer"u8, owner.Issuer);
                json.WriteString("subject"u8, owner.Subject);
            }
        });

    public static byte[] Profile(Profile profile) => EntryData.Write(profile, static (json, profile) => ProfileJson.Write(json, profile));

    public static byte[] Value(string name, string key, string value) => Line(name, (key, value), static (json, it) =>
    {
        json.WriteString("key"u8, it.key);
        json.WritePropertyName("value"u8);
        json.WriteRawValue(it.value, skipInputValidation: true);
    });

    public static byte[] Contact(Contact contact) => EntryData.Contact(contact);

    public static byte[] Group(AccountGroup group) => Line("group", group, static (json, group) =>
    {
        json.WriteString("id"u8, GroupIds.IdOf(group.Group));
        json.WriteString("name"u8, group.Name);
        json.WriteString("role"u8, GroupEvent.NameOf(group.Role));
        json.WriteNumber("members"u8, group.Members);
    });

    public static byte[] Links(LinkMember[] members) => Line("links", members, static (json, members) =>
    {
        json.WriteStartArray("members"u8);
        foreach (var member in members)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, member.Account);
            json.WriteString("role"u8, member.Role.ToString().ToLowerInvariant());
            json.WriteTime("since"u8, member.Since);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    public static byte[] Session(AccountSession session) => Line("session", session, static (json, session) =>
    {
        json.WriteString("session"u8, session.Id);
        json.WriteString("device"u8, session.Token.Device);
        json.WriteString("signedInAs"u8, session.SignedInAs);
        json.WriteString("via"u8, session.Token.Via);
        json.WriteTime("since"u8, session.Since);
        if (session.From is { } from)
        {
            json.WriteString("from"u8, from);
        }
    });

    public static byte[] Device(DeviceRecord device) => Line("device", device, static (json, device) =>
    {
        json.WriteString("id"u8, device.Token);
        json.WriteString("name"u8, device.Name);
        json.WriteString("via"u8, device.Via);
        json.WriteTime("createdAt"u8, device.CreatedAt);
        json.WriteTime("expiresAt"u8, device.ExpiresAt);
        json.WriteTime("lastUsed"u8, device.LastUsed);
        if (device.LastFrom is { } from)
        {
            json.WriteString("from"u8, from);
        }
    });

    public static byte[] AppPassword(AppPasswordRecord password) => Line("appPassword", password, static (json, password) =>
    {
        json.WriteString("id"u8, password.Id);
        json.WriteString("name"u8, password.Name);
        json.WriteTime("createdAt"u8, password.CreatedAt);
        if (password.LastUsed is { } lastUsed)
        {
            json.WriteTime("lastUsed"u8, lastUsed);
        }

        if (password.LastFrom is { } from)
        {
            json.WriteString("from"u8, from);
        }
    });

    /// <summary>What has been read and what is owed is in the log; this is what it adds up to.</summary>
    public static byte[] Unread(string peer, int count) => Line("unread", (peer, count), static (json, it) =>
    {
        json.WriteString("peer"u8, it.peer);
        json.WriteNumber("count"u8, it.count);
    });

    public static byte[] Event(TimelineEntry entry) => Line("event", entry, static (json, entry) =>
    {
        json.WriteNumber("seq"u8, entry.Seq);
        json.WriteString("ev"u8, NameOf(entry.Kind));
        json.WriteTime("at"u8, DateTimeOffset.FromUnixTimeMilliseconds(entry.At));
        if (entry.Peer is { } peer)
        {
            json.WriteString("peer"u8, peer);
        }

        json.WritePropertyName("data"u8);
        json.WriteRawValue(entry.Data, skipInputValidation: true);
    });

    public static byte[] End(long head) => Line("end", head, static (json, head) => json.WriteNumber("upTo"u8, head));

    /// <summary>An object with one field, an object.</summary>
    public static byte[] Line<T>(string name, T value, Action<Utf8JsonWriter, T> content) => EntryData.Write((name, value, content), static (json, it) =>
    {
        json.WriteStartObject(it.name);
        it.content(json, it.value);
        json.WriteEndObject();
    });

    private static string NameOf(EntryKind kind) => kind.ToString().ToLowerInvariant();
}
