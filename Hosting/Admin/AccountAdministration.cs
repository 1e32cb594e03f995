using System.Globalization;
using System.Text.Json;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Http;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;

namespace OrleansIM.Hosting.Admin;

/// <summary>What operators ask about accounts and do to them.</summary>
internal sealed class AccountAdministration(IGrainFactory grains)
{
    private const int DefaultListed = 100;
    private const int MostListed = 1000;

    private static readonly string[] s_listFields = ["prefix", "after", "limit"];

    public async Task<HttpAnswer> ListAsync(IQueryCollection query)
    {
        var limit = DefaultListed;
        var (prefix, after) = (((string?)query["prefix"] ?? "").ToLowerInvariant(), ((string?)query["after"] ?? "").ToLowerInvariant());
        var fault = query.Keys.FirstOrDefault(static name => !s_listFields.Contains(name)) is { } other ? $"{other}: there is no such field. There are {string.Join(", ", s_listFields)}."
            : !AccountPrefix.IsOne(prefix) ? "prefix: what account ids can begin with."
            : !AccountPrefix.IsOne(after) ? "after: an account id, or what one can begin with."
            : (string?)query["limit"] is { } text && !(int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MostListed)
                ? $"limit: a number from 1 to {MostListed}."
            : null;
        if (fault is not null)
        {
            return HttpAnswer.Refused(new Refusal(ErrorCodes.InvalidArgument, fault));
        }

        var page = await grains.GetGrain<IAccountListGrain>(IAccountListGrain.Key).ReadAsync(prefix, after, limit);
        return HttpAnswer.Ok(StatusCodes.Status200OK, json =>
        {
            json.WriteList("accounts"u8, page.Accounts, AccountJson.Write);
            if (page.Next is { } next)
            {
                json.WriteString("next"u8, next);
            }
        });
    }

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
