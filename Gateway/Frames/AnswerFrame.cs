using System.Buffers;
using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Contacts;
using OrleansIM.Groups;
using OrleansIM.Links;
using OrleansIM.Mailboxes;
using OrleansIM.Messages;
using OrleansIM.Profiles;
using OrleansIM.Timelines;

namespace OrleansIM.Gateway.Frames;

/// <summary>The answer to a request; its id goes back as the client wrote it.</summary>
internal readonly struct AnswerFrame(byte[] id, Reply reply) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        output.Write("{\"re\":"u8);
        output.Write(id);
        output.Write(reply.Refusal is null ? ",\"ok\":"u8 : ",\"err\":"u8);
        var json = JsonWriters.Borrow(output);
        json.WriteStartObject();
        if (reply.Refusal is { } refusal)
        {
            WriteRefusal(json, refusal);
        }
        else
        {
            WriteValue(json, reply.Value);
        }

        json.WriteEndObject();
        json.Flush();
        output.Write("}"u8);
    }

    /// <summary>The fields of a refusal, on the stream and over HTTP.</summary>
    public static void WriteRefusal(Utf8JsonWriter json, Refusal refusal)
    {
        json.WriteString("code"u8, refusal.Code);
        json.WriteString("message"u8, refusal.Message);
        if (refusal.RetryAfter is { } pause)
        {
            json.WriteNumber("retryAfterMs"u8, (long)Math.Ceiling(pause.TotalMilliseconds));
        }
    }

    private static void WriteValue(Utf8JsonWriter json, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case SentMessage sent:
                WireMapping.WriteSent(json, sent);
                break;
            case HistoryAnswer history:
                WriteHistory(json, history);
                break;
            case ContactStateAnswer contact:
                json.WriteString("state"u8, ContactJson.Name(contact.State));
                break;
            case Contact contact:
                json.WritePropertyName("contact"u8);
                ContactJson.Write(json, contact);
                break;
            case Profile profile:
                ProfileJson.Write(json, profile);
                break;
            case GroupView group:
                json.WriteOptional("group"u8, group.Group);
                WireMapping.WriteMembers(json, "members"u8, group.Members);
                break;
            case LinksAdded links:
                WireMapping.WriteMembers(json, "linked"u8, links.Linked);
                WireMapping.WriteRejections(json, links.Rejected);
                break;
            case GroupDetails details:
                GroupMapping.WriteDetails(json, details);
                break;
            case GroupInvited invited:
                GroupMapping.WriteInvited(json, invited);
                break;
            case Mailbox mailbox:
                MailMapping.WriteBound(json, mailbox);
                break;
            case MailParty[] contacts:
                MailboxJson.WriteParties(json, "contacts"u8, contacts);
                break;
            case MailList mails:
                MailMapping.WriteList(json, mails);
                break;
            case SentMail sent:
                MailMapping.WriteSent(json, sent);
                break;
            case NewAppPassword made:
                WireMapping.WriteAppPassword(json, made);
                break;
            case AppPasswordInfo[] passwords:
                WireMapping.WriteAppPasswords(json, passwords);
                break;
            case SessionsAnswer sessions:
                WireMapping.WriteSessions(json, sessions.Sessions, sessions.Own);
                break;
            case DevicesAnswer devices:
                WireMapping.WriteDevices(json, devices.Devices, devices.Own);
                break;
            case HelloAnswer hello:
                WriteHello(json, hello);
                break;
            default:
                throw new NotSupportedException($"No frame for an answer of type {value.GetType().Name}; add it to AnswerFrame.");
        }
    }

    private static void WriteHello(Utf8JsonWriter json, HelloAnswer hello)
    {
        json.WriteString("session"u8, hello.Session);
        json.WriteStartArray("accounts"u8);
        foreach (var account in hello.Accounts)
        {
            json.WriteStartObject();
            json.WriteString("account"u8, account.Account);
            json.WriteString("role"u8, WireMapping.Name(account.Role));
            json.WriteString("via"u8, account.Via);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("heartbeatMs"u8, (long)hello.Heartbeat.TotalMilliseconds);
    }

    // What fits of the page, from the end that was asked for: 64 unread answers of 200 large messages each would be a
    // lot of memory.
    private static void WriteHistory(Utf8JsonWriter json, HistoryAnswer history)
    {
        var entries = history.Page.Entries;
        var count = 0;
        for (var bytes = 0; count < entries.Length; count++)
        {
            bytes += entries[history.IsForward ? count : entries.Length - 1 - count].Data.Length + 96;
            if (bytes > history.MaxBytes && count > 0)
            {
                break;
            }
        }

        WireMapping.WriteEntries(
            json, "events"u8, history.Account, new ArraySegment<TimelineEntry>(entries, history.IsForward ? 0 : entries.Length - count, count));
        json.WriteBoolean("more"u8, history.Page.More || count < entries.Length);
    }
}
