using System.Text.Json;
using OrleansIM.Accounts;

namespace OrleansIM.Gateway.Frames;

/// <summary>Accounts as operators and an app's servers see them.</summary>
internal static class AccountJson
{
    public static void Write(Utf8JsonWriter json, ListedAccount account)
    {
        json.WriteString("account"u8, account.Account);
        json.WriteTime("createdAt"u8, account.CreatedAt);
        json.WriteBoolean("disabled"u8, account.IsDisabled);
    }

    public static void Write(Utf8JsonWriter json, AccountDescription account)
    {
        Write(json, new ListedAccount { Account = account.Account, CreatedAt = account.CreatedAt, IsDisabled = account.IsDisabled });
        json.WriteNumber("sessions"u8, account.Sessions);
        json.WriteNumber("contacts"u8, account.Contacts);
        json.WriteNumber("mailboxes"u8, account.Mailboxes);
        json.WriteNumber("appPasswords"u8, account.AppPasswords);
        json.WriteNumber("head"u8, account.Head);
        if (account.Invite is not null)
        {
            json.WriteString("invite"u8, account.Invite);
        }

        if (account.LinkGroup is null)
        {
            return;
        }

        json.WriteString("linkGroup"u8, account.LinkGroup);
        json.WriteString("role"u8, WireMapping.Name(account.Role!.Value));
        json.WriteList("linked"u8, account.Linked, (writer, member) =>
        {
            writer.WriteString("account"u8, member.Account);
            writer.WriteString("role"u8, WireMapping.Name(member.Role));
        });
    }

    public static void Write(Utf8JsonWriter json, SeenSession session)
    {
        json.WriteString("session"u8, session.Session);
        json.WriteString("signedInAs"u8, session.SignedInAs);
        json.WriteString("via"u8, session.Via);
        json.WriteString("device"u8, session.Device);
        json.WriteTime("since"u8, session.Since);
        json.WriteTime("expiresAt"u8, session.ExpiresAt);
    }
}
