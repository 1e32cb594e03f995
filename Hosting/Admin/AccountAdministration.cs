using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Mailboxes;

namespace OrleansIM.Hosting.Admin;

/// <summary>What operators ask about accounts and do to them.</summary>
internal sealed class AccountAdministration(IGrainFactory grains)
{
    public async Task<HttpAnswer> DescribeAsync(string account)
    {
        var outcome = await Account(account).DescribeAsync();
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => Write(json, outcome.Get()));
    }

    public async Task<HttpAnswer> SetDisabledAsync(string account, bool disabled) =>
        Answer(await grains.GetGrain<IAccountCredentialsGrain>(account).SetDisabledAsync(disabled));

    public async Task<HttpAnswer> ListSessionsAsync(string account)
    {
        var outcome = await Account(account).ListAllSessionsAsync();
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => WriteList(json, "sessions", outcome.Get(), Write));
    }

    public async Task<HttpAnswer> SignOutAsync(string account, string? session) => Answer(await Account(account).SignOutAsync(session));

    public async Task<HttpAnswer> ListMailboxesAsync(string account)
    {
        var outcome = await Account(account).ListChannelsAsync();
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => WriteList(json, "mailboxes", outcome.Get(), Write));
    }

    private IAccountAdminGrain Account(string account) => grains.GetGrain<IAccountAdminGrain>(account);

    private static HttpAnswer Answer(Outcome outcome) => outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Empty;

    private static void Write(Utf8JsonWriter json, AccountDescription account)
    {
        json.WriteString("account"u8, account.Account);
        json.WriteTime("createdAt"u8, account.CreatedAt);
        json.WriteBoolean("disabled"u8, account.IsDisabled);
        json.WriteNumber("sessions"u8, account.Sessions);
        json.WriteNumber("contacts"u8, account.Contacts);
        json.WriteNumber("mailboxes"u8, account.Mailboxes);
        json.WriteNumber("appPasswords"u8, account.AppPasswords);
        json.WriteNumber("head"u8, account.Head);
        if (account.LinkGroup is null)
        {
            return;
        }

        json.WriteString("linkGroup"u8, account.LinkGroup);
        json.WriteString("role"u8, WireMapping.Name(account.Role!.Value));
        WriteList(json, "linked", account.Linked, (writer, member) =>
        {
            writer.WriteString("account"u8, member.Account);
            writer.WriteString("role"u8, WireMapping.Name(member.Role));
        });
    }

    private static void Write(Utf8JsonWriter json, SeenSession session)
    {
        json.WriteString("session"u8, session.Session);
        json.WriteString("signedInAs"u8, session.SignedInAs);
        json.WriteString("via"u8, session.Via);
        json.WriteString("device"u8, session.Device);
        json.WriteTime("since"u8, session.Since);
        json.WriteTime("expiresAt"u8, session.ExpiresAt);
    }

    private static void Write(Utf8JsonWriter json, MailboxChannel mailbox)
    {
        json.WriteString("address"u8, mailbox.Address);
        json.WriteBoolean("bound"u8, mailbox.IsBound);
        json.WriteString("channel"u8, mailbox.Channel.Status.ToString().ToLowerInvariant());
        if (mailbox.Channel.Error is { } error)
        {
            json.WriteString("error"u8, error.Code);
            json.WriteString("message"u8, error.Message);
        }

        if (mailbox.Channel.RetryAt is { } retryAt)
        {
            json.WriteTime("retryAt"u8, retryAt);
        }
    }

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
