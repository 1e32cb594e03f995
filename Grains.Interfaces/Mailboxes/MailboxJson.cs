using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace OrleansIM.Mailboxes;

/// <summary>Mailboxes and mails as JSON: the same in the events <c>mail</c> and <c>channel</c>, in pages and in answers.</summary>
public static class MailboxJson
{
    /// <summary>The name of the event that says what is in a mailbox.</summary>
    public const string MailEvent = "mail";
    /// <summary>The name of the event that says whether the way to a mail server is open.</summary>
    public const string ChannelEvent = "channel";

    private static readonly JsonWriterOptions s_writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>The name of a state on the wire.</summary>
    public static string Name(ChannelStatus status) => status switch
    {
        ChannelStatus.Closed => "closed",
        ChannelStatus.Opening => "opening",
        ChannelStatus.Open => "open",
        ChannelStatus.Failed => "failed",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "A state of a channel without a name on the wire."),
    };

    /// <summary>The data of the event <c>mail</c>: <c>{mailbox, unread, new, badge}</c>.</summary>
    public static byte[] MailData(string mailbox, MailboxNews news) => Data((mailbox, news), static (json, it) =>
    {
        json.WriteString("mailbox"u8, it.mailbox);
        WriteNews(json, it.news);
    });

    /// <summary>The data of the event <c>channel</c>: <c>{mailbox, state, error?, retryAt?}</c>.</summary>
    public static byte[] ChannelData(string mailbox, ChannelState channel) => Data((mailbox, channel), static (json, it) =>
    {
        json.WriteString("mailbox"u8, it.mailbox);
        WriteChannel(json, it.channel);
    });

    /// <summary>The data of the event <c>channel</c> when a mailbox was unbound: <c>{mailbox, state:"closed", removed:true}</c>.</summary>
    public static byte[] UnboundData(string mailbox) => Data(mailbox, static (json, mailbox) =>
    {
        json.WriteString("mailbox"u8, mailbox);
        json.WriteString("state"u8, Name(ChannelStatus.Closed));
        json.WriteBoolean("removed"u8, true);
    });

    /// <summary>
    /// A mailbox as an object, <c>{address, state, error?, retryAt?, unread?, new?, badge?}</c>; the caller has written the
    /// name before it, if there is one.
    /// </summary>
    public static void Write(Utf8JsonWriter json, Mailbox mailbox)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, mailbox.Address);
        WriteChannel(json, mailbox.Channel);
        if (mailbox.News is { } news)
        {
            WriteNews(json, news);
        }

        json.WriteEndObject();
    }

    /// <summary>Mails as an array under a name.</summary>
    public static void WriteMails(Utf8JsonWriter json, ReadOnlySpan<byte> name, MailSummary[] mails)
    {
        json.WriteStartArray(name);
        foreach (var mail in mails)
        {
            json.WriteStartObject();
            json.WriteNumber("uid"u8, mail.Uid);
            json.WritePropertyName("from"u8);
            WriteParty(json, mail.From);
            json.WriteString("subject"u8, mail.Subject);
            json.WriteString("preview"u8, mail.Preview);
            WriteTime(json, "date"u8, mail.Date);
            json.WriteBoolean("unread"u8, mail.IsUnread);
            if (mail.Mentions is { Length: > 0 } mentions)
            {
                WriteParties(json, "mentions"u8, mentions);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>People at mail addresses as an array under a name, each <c>{address, name?, friend?:{account, name}}</c>.</summary>
    public static void WriteParties(Utf8JsonWriter json, ReadOnlySpan<byte> name, MailParty[] parties)
    {
        json.WriteStartArray(name);
        foreach (var party in parties)
        {
            WriteParty(json, party);
        }

        json.WriteEndArray();
    }

    private static void WriteParty(Utf8JsonWriter json, MailParty party)
    {
        json.WriteStartObject();
        json.WriteString("address"u8, party.Address);
        if (party.Name is not null)
        {
            json.WriteString("name"u8, party.Name);
        }

        if (party.Friend is { } friend)
        {
            json.WriteStartObject("friend"u8);
            json.WriteString("account"u8, friend.Account);
            json.WriteString("name"u8, friend.Name);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteChannel(Utf8JsonWriter json, ChannelState channel)
    {
        json.WriteString("state"u8, Name(channel.Status));
        if (channel.Error is { } error)
        {
            json.WriteStartObject("error"u8);
            json.WriteString("code"u8, error.Code);
            json.WriteString("message"u8, error.Message);
            json.WriteEndObject();
        }

        if (channel.RetryAt is { } at)
        {
            WriteTime(json, "retryAt"u8, at);
        }
    }

    private static void WriteNews(Utf8JsonWriter json, MailboxNews news)
    {
        json.WriteNumber("unread"u8, news.Unread);
        WriteMails(json, "new"u8, news.New);
        json.WriteStartObject("badge"u8);
        foreach (var (friend, unread) in news.Badge)
        {
            json.WriteNumber(friend, unread);
        }

        json.WriteEndObject();
    }

    // RFC 3339, UTC, milliseconds.
    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        Span<byte> text = stackalloc byte[32];
        time.UtcDateTime.TryFormat(text, out var length, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json.WriteString(name, text[..length]);
    }

    private static byte[] Data<T>(T value, Action<Utf8JsonWriter, T> content)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, s_writing))
        {
            json.WriteStartObject();
            content(json, value);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
