using System.Buffers;
using System.Text.Json;
using OrleansIM.Contacts;
using OrleansIM.Links;
using OrleansIM.Profiles;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Frames;

/// <summary>Everything of one account that a client shows.</summary>
internal readonly struct PageFrame(string account, LinkRole role, AccountPage page) : IFrame
{
    public void Write(IBufferWriter<byte> output)
    {
        var json = JsonWriters.Borrow(output);
        json.WriteStartObject();
        json.WriteString("ev"u8, "page"u8);
        json.WriteString("account"u8, account);
        json.WriteStartObject("data"u8);
        ProfileJson.Write(json, page.Profile);
        json.WriteString("role"u8, WireMapping.Name(role));
        WireMapping.WriteJsonMap(json, "settings"u8, page.Settings);
        WireMapping.WriteJsonMap(json, "custom"u8, page.Custom);
        json.WriteStartArray("contacts"u8);
        foreach (var contact in page.Contacts)
        {
            ContactJson.Write(json, contact);
        }

        json.WriteEndArray();
        GroupMapping.WriteSummaries(json, page.Groups);
        WritePresence(json);
        json.WriteStartObject("unread"u8);
        foreach (var (peer, count) in page.Unread)
        {
            json.WriteNumber(peer, count);
        }

        json.WriteEndObject();
        WireMapping.WriteReceipts(json, page.Receipts);
        WireMapping.WriteEntries(json, "recent"u8, account, page.Recent);
        MailMapping.WriteMailboxes(json, page.Mailboxes);
        json.WriteNumber("cursor"u8, page.Cursor);
        json.WriteBoolean("resumed"u8, page.Resumed);
        json.WriteEndObject();
        json.WriteEndObject();
        json.Flush();
    }

    private void WritePresence(Utf8JsonWriter json)
    {
        json.WriteStartObject("presence"u8);
        foreach (var (who, presence) in page.Presence)
        {
            json.WriteStartObject(who);
            WireMapping.WritePresence(json, presence);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }
}
