using MailKit;

namespace OrleansIM.Mail;

/// <content>Who the mailbox corresponds with.</content>
internal sealed partial class MailKitMailboxConnection
{
    /// <summary>Addresses that are collected: a few mails to whole companies are not a reason to hold more.</summary>
    private const int MostCorrespondents = 20_000;

    public Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation)
        => RunAsync("list its mails", async () =>
        {
            var found = new Dictionary<(string Address, string? Name), MailCorrespondent>();
            await EnterInboxAsync(cancellation);
            await CollectAsync(Inbox, found, mails, cancellation);
            if (await FindSentAsync(cancellation) is { } sent && await EnterAsync(sent, cancellation))
            {
                await CollectAsync(sent, found, mails, cancellation);
            }

            return (IReadOnlyList<MailCorrespondent>)[.. found.Values.OrderByDescending(static correspondent => correspondent.At)];
        }, cancellation);

    private static async Task CollectAsync(
        IMailFolder folder, Dictionary<(string Address, string? Name), MailCorrespondent> found, int mails, CancellationToken cancellation)
    {
        if (folder.Count == 0 || mails <= 0)
        {
            return;
        }

        var request = new FetchRequest(MessageSummaryItems.UniqueId | MessageSummaryItems.InternalDate, MailHeaders.OfCorrespondents);
        foreach (var mail in await folder.FetchAsync(Math.Max(0, folder.Count - mails), -1, request, cancellation))
        {
            if (mail.Headers is null)
            {
                continue;
            }

            var headers = new MailHeaders(mail.Headers);
            var at = headers.Date ?? mail.InternalDate ?? DateTimeOffset.UnixEpoch;
            foreach (var who in headers.Correspondents)
            {
                Add(found, who, at);
            }
        }
    }

    private static void Add(Dictionary<(string Address, string? Name), MailCorrespondent> found, MailAddress who, DateTimeOffset at)
    {
        var key = (who.Address.ToLowerInvariant(), who.Name);
        if (found.TryGetValue(key, out var known) ? known.At < at : found.Count < MostCorrespondents)
        {
            found[key] = new MailCorrespondent(who, at);
        }
    }
}
