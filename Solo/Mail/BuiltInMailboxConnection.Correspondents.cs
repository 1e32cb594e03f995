namespace OrleansIM.Mail;

/// <content>Who the mailbox corresponds with.</content>
internal sealed partial class BuiltInMailboxConnection
{
    /// <summary>Addresses that are collected: a few mails to whole companies are not a reason to hold more.</summary>
    private const int MostCorrespondents = 20_000;

    public Task<IReadOnlyList<MailCorrespondent>> ReadCorrespondentsAsync(int mails, CancellationToken cancellation) => RunAsync(async () =>
    {
        var found = new Dictionary<(string Address, string? Name), MailCorrespondent>();
        await EnterInboxAsync(cancellation);
        await CollectAsync(found, mails, cancellation);
        if (await FindSentAsync(cancellation) is { } sent && await EnterAsync(sent, cancellation))
        {
            await CollectAsync(found, mails, cancellation);
        }

        return (IReadOnlyList<MailCorrespondent>)[.. found.Values.OrderByDescending(static correspondent => correspondent.At)];
    });

    private async Task CollectAsync(Dictionary<(string Address, string? Name), MailCorrespondent> found, int mails, CancellationToken cancellation)
    {
        if (Newest(mails) is not { } set)
        {
            return;
        }

        (await session.RunAsync($"FETCH {set} (UID INTERNALDATE ENVELOPE)", cancellation, (string name, uint _, ref ImapParser rest) =>
        {
            if (name != "FETCH" || ImapFetch.Parse(ref rest) is not { Envelope: { } envelope } fetch)
            {
                return false;
            }

            var at = envelope.Date ?? MailDate.Parse(fetch.InternalDate) ?? DateTimeOffset.UnixEpoch;
            foreach (var who in envelope.Correspondents)
            {
                Add(found, who, at);
            }

            return true;
        })).OrThrow(session.Host, "list its mails");
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
