using System.Globalization;

namespace OrleansIM.Mail;

/// <content>The thread that a mail stands in.</content>
internal sealed partial class BuiltInMailboxConnection
{
    /// <summary>What is read of the headers; <see cref="MailThreads"/> looks at no more.</summary>
    private const int MaxThreadBytes = 64 * 1024;

    public Task<MailThread?> ReadThreadAsync(uint uid, CancellationToken cancellation) => RunAsync(async () =>
    {
        await EnterInboxAsync(cancellation);
        if (uid == 0)
        {
            return null;
        }

        MailThread? thread = null;
        var command = string.Create(
            CultureInfo.InvariantCulture, $"UID FETCH {uid} (BODY.PEEK[HEADER.FIELDS ({string.Join(' ', MailThreads.Headers)})]<0.{MaxThreadBytes}>)");
        (await session.RunAsync(command, cancellation, (string name, uint _, ref ImapParser rest) =>
        {
            if (name != "FETCH" || ImapFetch.Parse(ref rest) is not { IsAnswer: true, Body: { } headers } fetch || fetch.Uid != uid)
            {
                return false;
            }

            thread = ThreadHeaders.Read(headers);
            return true;
        })).OrThrow(session.Host, "show a mail's headers");
        return thread;
    });
}
