using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Sessions;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Frames;

/// <summary>What every record of the cluster looks like to a client. The one place where the two meet.</summary>
internal static class WireMapping
{
    public static string Name(LinkRole role) => role == LinkRole.Master ? "master" : "secondary";

    /// <summary>The reason in <c>pageGone</c>; null for ends that are not told that way.</summary>
    public static string? Name(SessionEnd reason) => reason switch
    {
        SessionEnd.Unlinked => PageGone.Unlinked,
        SessionEnd.Role => PageGone.Role,
        SessionEnd.CredentialsChanged => PageGone.CredentialsChanged,
        SessionEnd.Disabled => PageGone.Disabled,
        SessionEnd.Deleted => PageGone.Deleted,
        _ => null,
    };

    public static void WriteEntries(Utf8JsonWriter json, ReadOnlySpan<byte> name, string account, IEnumerable<TimelineEntry> entries)
    {
        json.WriteStartArray(name);
        foreach (var entry in entries)
        {
            json.WriteStartObject();
            json.WriteString("ev"u8, EventNames.Of(entry.Kind));
            json.WriteString("account"u8, account);
            json.WriteNumber("seq"u8, entry.Seq);
            json.WritePropertyName("data"u8);
            json.WriteRawValue(entry.Data, skipInputValidation: true);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>The fields of a presence; without one, of somebody who is offline.</summary>
    public static void WritePresence(Utf8JsonWriter json, PresenceInfo? presence)
    {
        json.WriteString("status"u8, presence?.Status ?? "offline");
        json.WriteOptional("note"u8, presence?.Note);
        if (presence?.LastSeen is { } at)
        {
            json.WriteTime("lastSeen"u8, at);
        }
    }

    public static void WriteMembers(Utf8JsonWriter json, ReadOnlySpan<byte> name, LinkMember[] members)
    {
        json.WriteStartArray(name);
        foreach (var member in members)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, member.Account);
            json.WriteString("role"u8, Name(member.Role));
            json.WriteTime("since"u8, member.Since);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteRejections(Utf8JsonWriter json, LinkRejection[] rejections)
    {
        json.WriteStartArray("rejected"u8);
        foreach (var rejection in rejections)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, rejection.Account);
            json.WriteString("reason"u8, rejection.Reason);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteSent(Utf8JsonWriter json, SentMessage sent)
    {
        json.WriteString("id"u8, sent.Id);
        json.WriteNumber("seq"u8, sent.Seq);
        json.WriteTime("sentAt"u8, sent.SentAt);
    }

    public static void WriteSessions(Utf8JsonWriter json, SessionInfo[] sessions, string own)
    {
        json.WriteStartArray("sessions"u8);
        foreach (var session in sessions)
        {
            json.WriteStartObject();
            json.WriteString("session"u8, session.Session);
            json.WriteString("device"u8, session.Device);
            json.WriteString("signedInAs"u8, session.SignedInAs);
            json.WriteTime("since"u8, session.Since);
            json.WriteBoolean("current"u8, session.Session == own);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteDevices(Utf8JsonWriter json, DeviceInfo[] devices, string own)
    {
        json.WriteStartArray("devices"u8);
        foreach (var device in devices)
        {
            json.WriteStartObject();
            json.WriteString("kind"u8, Name(device.Kind));
            json.WriteString("id"u8, device.Id);
            json.WriteString("name"u8, device.Name);
            json.WriteTime("createdAt"u8, device.CreatedAt);
            if (device.LastUsed is { } lastUsed)
            {
                json.WriteTime("lastUsed"u8, lastUsed);
            }

            json.WriteOptional("from"u8, device.From);
            json.WriteOptional("signedInAs"u8, device.SignedInAs);
            if (device.SignedInAt is { } signedInAt)
            {
                json.WriteTime("signedInAt"u8, signedInAt);
            }

            json.WriteBoolean("connected"u8, device.Kind is DeviceKind.Session);
            json.WriteBoolean("current"u8, device.Id == own);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Name(DeviceKind kind) => kind switch
    {
        DeviceKind.Session => "session",
        DeviceKind.Device => "device",
        _ => "appPassword",
    };

    public static void WriteAppPassword(Utf8JsonWriter json, NewAppPassword made)
    {
        json.WriteString("id"u8, made.Id);
        json.WriteString("name"u8, made.Name);
        json.WriteString("password"u8, made.Password);
    }

    public static void WriteAppPasswords(Utf8JsonWriter json, AppPasswordInfo[] passwords)
    {
        json.WriteStartArray("appPasswords"u8);
        foreach (var password in passwords)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, password.Id);
            json.WriteString("name"u8, password.Name);
            json.WriteTime("createdAt"u8, password.CreatedAt);
            if (password.LastUsed is { } used)
            {
                json.WriteTime("lastUsed"u8, used);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteReceipts(Utf8JsonWriter json, IReadOnlyDictionary<string, PeerReceipts> receipts)
    {
        json.WriteStartObject("receipts"u8);
        foreach (var (peer, had) in receipts)
        {
            json.WriteStartObject(peer);
            json.WriteNumber("delivered"u8, had.Delivered);
            json.WriteNumber("read"u8, had.Read);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public static void WriteJsonMap(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in values)
        {
            json.WritePropertyName(key);
            json.WriteRawValue(value, skipInputValidation: true);
        }

        json.WriteEndObject();
    }
}

/// <summary>The reasons in <c>pageGone</c>.</summary>
internal static class PageGone
{
    public const string Unlinked = "unlinked";
    public const string Role = "role";
    public const string CredentialsChanged = "credentials_changed";
    public const string Disabled = "disabled";
    public const string Deleted = "deleted";
}
