using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using OrleansIM.Contacts;
using OrleansIM.Links;
using OrleansIM.Messages;
using OrleansIM.Profiles;

namespace OrleansIM.Grains.Timelines;

/// <summary>
/// The <c>data</c> of durable events, as it is stored and as it goes out: UTF-8 JSON in the shape of docs/protocol.md.
/// What is stored is read back years later: fields are added, never renamed.
/// </summary>
internal static class EntryData
{
    private const int LargestKept = 64 * 1024;

    // What is text stays text: no \u escapes for anything JSON does not need escaped.
    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // A writer asks for 4 KiB at a time: one per thread, used for every entry.
    [ThreadStatic]
    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json)? s_writer;

    /// <summary>A message as it is in the sender's log, and as it is in the recipient's: without the cid, which is nobody else's.</summary>
    public static (byte[] Own, byte[] Theirs) Message(string id, string from, SendMessage message, DateTimeOffset sentAt)
    {
        var (buffer, json) = TakeWriter();
        json.WriteStartObject();
        json.WriteString("id"u8, id);
        json.WriteString("from"u8, from);
        json.WriteString("to"u8, message.To);
        json.WriteString("body"u8, message.Body);
        json.WriteString("kind"u8, message.Kind);
        var beforeCid = (int)(json.BytesCommitted + json.BytesPending);
        json.WriteString("cid"u8, message.Cid);
        var afterCid = (int)(json.BytesCommitted + json.BytesPending);
        json.WriteTime("sentAt"u8, sentAt);
        json.WriteEndObject();
        json.Flush();
        var own = buffer.WrittenSpan.ToArray();
        ReturnWriter(buffer, json);

        var theirs = new byte[own.Length - (afterCid - beforeCid)];
        own.AsSpan(0, beforeCid).CopyTo(theirs);
        own.AsSpan(afterCid).CopyTo(theirs.AsSpan(beforeCid));
        return (own, theirs);
    }

    public static byte[] Receipt(ReceiptData receipt) => Write(receipt, static (json, receipt) =>
    {
        json.WriteString("by"u8, receipt.By);
        json.WriteString("peer"u8, receipt.Peer);
        json.WriteNumber("upTo"u8, receipt.UpTo);
        json.WriteString("what"u8, receipt.What);
    });

    public static byte[] Contact(Contact contact) => Write(contact, static (json, contact) =>
    {
        json.WritePropertyName("contact"u8);
        ContactJson.Write(json, contact);
    });

    public static byte[] Profile(Profile profile) => Write(profile, static (json, profile) => ProfileJson.Write(json, profile));

    public static byte[] Value(string key, string? jsonText) => Write((key, jsonText), static (json, it) =>
    {
        json.WriteString("key"u8, it.key);
        json.WritePropertyName("value"u8);
        json.WriteRawValue(it.jsonText ?? "null");
    });

    public static byte[] Links(LinkNotice notice) => Write(notice, static (json, notice) =>
    {
        json.WriteStartArray("members"u8);
        foreach (var member in notice.Members)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, member.Account);
            json.WriteString("role"u8, member.Role.ToString().ToLowerInvariant());
            json.WriteTime("since"u8, member.Since);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        if (notice.Rejected is { Length: > 0 } rejected)
        {
            json.WriteStartArray("rejected"u8);
            foreach (var rejection in rejected)
            {
                json.WriteStartObject();
                json.WriteString("account"u8, rejection.Account);
                json.WriteString("reason"u8, rejection.Reason);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }
    });

    public static byte[] Typing(string from, string to, bool on) => Write((from, to, on), static (json, it) =>
    {
        json.WriteString("from"u8, it.from);
        json.WriteString("to"u8, it.to);
        json.WriteBoolean("on"u8, it.on);
    });

    /// <summary>Whether an account sent a message.</summary>
    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static bool IsFrom(byte[] data, string account)
    {
        try
        {
            return IsFrom(new Utf8JsonReader(data), account);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new DamagedEntryException(failure);
        }
    }

    /// <summary>The answer a sender got for a message, read back from its own entry.</summary>
    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static SentMessage ReadSent(long seq, byte[] data) => Read(data, json => new SentMessage
    {
        Id = Required(json, "id"),
        Seq = seq,
        SentAt = json.GetProperty("sentAt").GetDateTimeOffset(),
    });

    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static ReceiptData ReadReceipt(byte[] data) => Read(data, static json => new ReceiptData(
        Required(json, "by"), Required(json, "peer"), Required(json, "what"), json.GetProperty("upTo").GetInt64()));

    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static Contact ReadContact(byte[] data) => Read(data, static entry =>
    {
        var json = entry.GetProperty("contact");
        var mailboxes = Texts(json, "mailboxes");
        var mapped = Texts(json, "mapped");
        return new Contact
        {
            Account = Required(json, "account"),
            DisplayName = Required(json, "displayName"),
            State = Named<ContactState>(json, "state"),
            Remark = Optional(json, "remark"),
            Labels = Texts(json, "labels"),
            Settings = json.TryGetProperty("settings", out var settings) ? settings.GetRawText() : null,
            // Where it is the only address, it stands in the list alone.
            Email = mailboxes is null && mapped is null ? Texts(json, "emails")?.FirstOrDefault() : Optional(json, "email"),
            Greeting = Optional(json, "greeting"),
            Description = Optional(json, "description"),
            Mailboxes = mailboxes,
            Mapped = mapped,
        };
    });

    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static Profile ReadProfile(byte[] data) => Read(data, static entry =>
    {
        var json = entry.GetProperty("profile");
        return new Profile
        {
            Account = Required(json, "account"),
            DisplayName = Required(json, "displayName"),
            Email = Optional(json, "email"),
            Description = Optional(json, "description"),
            Avatar = Optional(json, "avatar"),
        };
    });

    /// <exception cref="DamagedEntryException">It is none.</exception>
    public static (string Key, string? Json) ReadValue(byte[] data) => Read(data, static json =>
    {
        var value = json.GetProperty("value");
        return (Required(json, "key"), value.ValueKind == JsonValueKind.Null ? null : value.GetRawText());
    });

    /// <summary>Reads the object that an entry's data is.</summary>
    /// <exception cref="DamagedEntryException">It is no JSON, or not what <paramref name="read"/> looks for.</exception>
    internal static T Read<T>(byte[] data, Func<JsonElement, T> read)
    {
        try
        {
            using var document = JsonDocument.Parse(data);
            return read(document.RootElement);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException)
        {
            throw new DamagedEntryException(failure);
        }
    }

    /// <summary>A value of an enumeration by its name, in any case.</summary>
    internal static T Named<T>(JsonElement json, string name)
        where T : struct, Enum =>
        Enum.TryParse<T>(Required(json, name), ignoreCase: true, out var value) && Enum.IsDefined(value) ? value : throw new FormatException($"{name} is not known.");

    internal static string Required(JsonElement json, string name) =>
        json.GetProperty(name).GetString() ?? throw new FormatException($"{name} is null.");

    /// <summary>Writes an object. Nothing that <paramref name="content"/> does may write another.</summary>
    internal static byte[] Write<T>(T value, Action<Utf8JsonWriter, T> content)
    {
        var (buffer, json) = TakeWriter();
        json.WriteStartObject();
        content(json, value);
        json.WriteEndObject();
        json.Flush();
        var data = buffer.WrittenSpan.ToArray();
        ReturnWriter(buffer, json);
        return data;
    }

    private static bool IsFrom(Utf8JsonReader json, string account)
    {
        while (json.Read())
        {
            if (json.TokenType == JsonTokenType.PropertyName && json.CurrentDepth == 1)
            {
                var isFrom = json.ValueTextEquals("from"u8);
                json.Read();
                if (isFrom)
                {
                    return json.ValueTextEquals(account);
                }

                json.TrySkip();
            }
        }

        return false;
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) TakeWriter()
    {
        var writer = s_writer ?? NewWriter();
        s_writer = null;
        return writer;
    }

    private static void ReturnWriter(ArrayBufferWriter<byte> buffer, Utf8JsonWriter json)
    {
        if (buffer.Capacity <= LargestKept)
        {
            buffer.ResetWrittenCount();
            json.Reset();
            s_writer = (buffer, json);
        }
    }

    private static (ArrayBufferWriter<byte> Buffer, Utf8JsonWriter Json) NewWriter()
    {
        var buffer = new ArrayBufferWriter<byte>(LargestKept / 4);
        return (buffer, new Utf8JsonWriter(buffer, s_writing));
    }

    private static string? Optional(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) ? value.GetString() : null;

    internal static string[]? Texts(JsonElement json, string name) =>
        json.TryGetProperty(name, out var values) ? [.. values.EnumerateArray().Select(value => value.GetString() ?? throw new FormatException($"{name} holds null."))] : null;
}

/// <summary>What a receipt says.</summary>
/// <param name="By">Who has read, or got, messages.</param>
/// <param name="Peer">The other side, as the account sees it whose log this is in.</param>
/// <param name="What"><c>read</c> or <c>delivered</c>.</param>
/// <param name="UpTo">Up to which seq of the log this is in.</param>
internal readonly record struct ReceiptData(string By, string Peer, string What, long UpTo);
