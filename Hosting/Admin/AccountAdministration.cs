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
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => AccountJson.Write(json, outcome.Get()));
    }

    public async Task<HttpAnswer> SetDisabledAsync(string account, bool disabled) =>
        Answer(await grains.GetGrain<IAccountCredentialsGrain>(account).SetDisabledAsync(disabled));

    public async Task<HttpAnswer> ListSessionsAsync(string account)
    {
        var outcome = await Account(account).ListAllSessionsAsync();
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => json.WriteList("sessions"u8, outcome.Get(), AccountJson.Write));
    }

    public async Task<HttpAnswer> SignOutAsync(string account, string? session) =>
        HttpAnswer.OfPath(await Account(account).SignOutAsync(session));

    public async Task<HttpAnswer> ListMailboxesAsync(string account)
    {
        var outcome = await Account(account).ListChannelsAsync();
        return outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Ok(StatusCodes.Status200OK, json => json.WriteList("mailboxes"u8, outcome.Get(), Write));
    }

    private IAccountAdminGrain Account(string account) => grains.GetGrain<IAccountAdminGrain>(account);

    private static HttpAnswer Answer(Outcome outcome) => outcome.Refusal is { } refusal ? HttpAnswer.Refused(refusal) : HttpAnswer.Empty;

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
}
