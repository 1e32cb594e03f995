using System.Text.Json;
using OrleansIM.Mailboxes;

namespace OrleansIM.Gateway.Frames;

/// <summary>What mailboxes look like to a client. Mails and channels are written by <see cref="MailboxJson"/>, as in events.</summary>
internal static class MailMapping
{
    public static void WriteMailboxes(Utf8JsonWriter json, Mailbox[] mailboxes)
    {
        json.WriteStartArray("mailboxes"u8);
        foreach (var mailbox in mailboxes)
        {
            MailboxJson.Write(json, mailbox);
        }

        json.WriteEndArray();
    }

    public static void WriteBound(Utf8JsonWriter json, Mailbox mailbox)
    {
        json.WritePropertyName("mailbox"u8);
        MailboxJson.Write(json, mailbox);
    }

    public static void WriteList(Utf8JsonWriter json, MailList list)
    {
        json.WriteNumber("unread"u8, list.Unread);
        MailboxJson.WriteMails(json, "mails"u8, list.Mails);
    }

    public static void WriteSent(Utf8JsonWriter json, SentMail sent)
    {
        json.WriteStartArray("sent"u8);
        foreach (var recipient in sent.Sent)
        {
            json.WriteStringValue(recipient);
        }

        json.WriteEndArray();
        json.WriteStartArray("failed"u8);
        foreach (var failed in sent.Failed)
        {
            json.WriteStartObject();
            json.WriteString("to"u8, failed.To);
            json.WriteString("reason"u8, failed.Reason);
            json.WriteOptional("detail"u8, failed.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
