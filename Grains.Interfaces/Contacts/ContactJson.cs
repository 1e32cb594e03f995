using System.Text.Json;

namespace OrleansIM.Contacts;

/// <summary>A contact as JSON: the same in an account's log, in its events and on its page.</summary>
public static class ContactJson
{
    /// <summary>The name of a state on the wire.</summary>
    public static string Name(ContactState state) => state switch
    {
        ContactState.None => "none",
        ContactState.Requested => "requested",
        ContactState.Pending => "pending",
        ContactState.Friend => "friend",
        ContactState.Blocked => "blocked",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "A contact state without a name on the wire."),
    };

    /// <summary>The contact as an object; the caller has written the name before it, if there is one.</summary>
    public static void Write(Utf8JsonWriter json, Contact contact)
    {
        json.WriteStartObject();
        json.WriteString("account"u8, contact.Account);
        json.WriteString("displayName"u8, contact.DisplayName);
        json.WriteString("state"u8, Name(contact.State));
        WriteOptional(json, "remark"u8, contact.Remark);
        WriteTexts(json, "labels"u8, contact.Labels);
        if (contact.Settings is { } settings)
        {
            json.WritePropertyName("settings"u8);
            json.WriteRawValue(settings, skipInputValidation: true);
        }

        WriteAddresses(json, contact);
        WriteOptional(json, "greeting"u8, contact.Greeting);
        WriteOptional(json, "description"u8, contact.Description);
        WriteMail(json, contact.Mail);
        json.WriteEndObject();
    }

    // All addresses in one list, the profile's first, for whoever wants to write; beside it which is from where, as far as
    // the list alone does not say it.
    private static void WriteAddresses(Utf8JsonWriter json, Contact contact)
    {
        string[] others = [.. contact.Mailboxes ?? [], .. contact.Mapped ?? []];
        if (others.Length == 0)
        {
            WriteTexts(json, "emails"u8, contact.Email is null ? null : [contact.Email]);
            return;
        }

        string[] all = contact.Email is null ? others : [contact.Email, .. others];
        WriteTexts(json, "emails"u8, [.. all.Distinct(StringComparer.OrdinalIgnoreCase)]);
        WriteOptional(json, "email"u8, contact.Email);
        WriteTexts(json, "mailboxes"u8, contact.Mailboxes is { Length: > 0 } ? contact.Mailboxes : null);
        WriteTexts(json, "mapped"u8, contact.Mapped is { Length: > 0 } ? contact.Mapped : null);
    }

    private static void WriteMail(Utf8JsonWriter json, ContactMail? mail)
    {
        if (mail is null)
        {
            return;
        }

        json.WriteStartObject("mail"u8);
        json.WriteNumber("unread"u8, mail.Unread);
        WriteOptional(json, "latest"u8, mail.Latest);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteTexts(Utf8JsonWriter json, ReadOnlySpan<byte> name, string[]? texts)
    {
        if (texts is null)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}
