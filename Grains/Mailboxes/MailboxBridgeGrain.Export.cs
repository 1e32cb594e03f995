using System.Buffers;
using System.Text.Json;
using OrleansIM.Grains.Accounts;
using OrleansIM.Grains.Timelines;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>What is kept about a mailbox, for the export of its account.</summary>
internal sealed partial class MailboxBridgeGrain
{
    public Task<byte[]> ExportAsync(string account)
    {
        if (!IsBoundTo(account))
        {
            return Task.FromResult<byte[]>([]);
        }

        var lines = new ArrayBufferWriter<byte>();
        Add(ExportLines.Line("mailbox", (_address, Record, Summary), static (json, it) => WriteBinding(json, it._address, it.Record, it.Summary)));
        foreach (var mail in Summary?.New ?? [])
        {
            Add(ExportLines.Line("mail", (_address, mail), static (json, it) => WriteMail(json, it._address, it.mail)));
        }

        foreach (var contact in _contacts.State.Contacts)
        {
            Add(ExportLines.Line("mailContact", (_address, contact), static (json, it) => WriteContact(json, it._address, it.contact)));
        }

        foreach (var note in _mail.State.Sent.Notes)
        {
            Add(ExportLines.Line("mailSent", (_address, note), static (json, it) => WriteSent(json, it._address, it.note)));
        }

        return Task.FromResult(lines.WrittenSpan.ToArray());

        void Add(byte[] line)
        {
            lines.Write(line);
            lines.Write("\n"u8);
        }
    }

    private static void WriteBinding(Utf8JsonWriter json, string address, MailboxRecord record, StoredSummary? summary)
    {
        json.WriteString("address"u8, address);
        json.WriteString("user"u8, record.User);
        WriteServer(json, "imap"u8, record.Imap);
        WriteServer(json, "smtp"u8, record.Smtp);
        WriteText(json, "carddav"u8, record.CardDav);
        json.WriteTime("boundAt"u8, record.BoundAt);
        if (summary is not null)
        {
            json.WriteNumber("unread"u8, summary.Unread);
        }
    }

    private static void WriteServer(Utf8JsonWriter json, ReadOnlySpan<byte> name, MailServer? server)
    {
        if (server is not null)
        {
            json.WriteStartObject(name);
            json.WriteString("host"u8, server.Host);
            json.WriteNumber("port"u8, server.Port);
            json.WriteString("security"u8, server.Security.ToString().ToLowerInvariant());
            json.WriteEndObject();
        }
    }

    private static void WriteMail(Utf8JsonWriter json, string mailbox, MailSummary mail)
    {
        json.WriteString("mailbox"u8, mailbox);
        json.WriteNumber("uid"u8, mail.Uid);
        json.WriteString("from"u8, mail.From.Address);
        WriteText(json, "name"u8, mail.From.Name);
        json.WriteString("subject"u8, mail.Subject);
        json.WriteString("preview"u8, mail.Preview);
        json.WriteTime("date"u8, mail.Date);
    }

    private static void WriteContact(Utf8JsonWriter json, string mailbox, MailContact contact)
    {
        json.WriteString("mailbox"u8, mailbox);
        json.WriteString("address"u8, contact.Address);
        WriteText(json, "name"u8, contact.Name);
    }

    /// <summary>To whom, for what there was an answer to.</summary>
    private static void WriteSent(Utf8JsonWriter json, string mailbox, SentNote note)
    {
        json.WriteString("mailbox"u8, mailbox);
        json.WriteString("cid"u8, note.Cid);
        json.WriteTime("at"u8, note.At);
        if (note.Result is { } result)
        {
            json.WriteStartArray("sent"u8);
            Array.ForEach(result.Sent, json.WriteStringValue);
            json.WriteEndArray();
            json.WriteStartArray("failed"u8);
            Array.ForEach(result.Failed, failed => json.WriteStringValue(failed.To));
            json.WriteEndArray();
        }
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
