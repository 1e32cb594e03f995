using OrleansIM.Gateway.Frames;
using OrleansIM.Mailboxes;
using OrleansIM.Protocol;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>A call about the mailboxes of an account. It must reach the account before its first await.</summary>
internal delegate Task<Reply> MailCall<in TArg>(IAccountMailGrain grain, string session, TArg arg);

/// <summary>
/// This part asks accounts about their mailboxes. What a mail server is asked may take half a minute, so these requests
/// are in line with the others only until they have begun.
/// </summary>
internal sealed partial class Session
{
    private static readonly Refusal s_tooMuchMail = new(
        ErrorCodes.SlowDown, "Too many mail requests of this stream are under way. Wait for the answer to one of them.", TimeSpan.FromSeconds(1));

    private int _mailRequests;

    private int MostMailRequests =>
        Math.Min(_services.Options.MaxMailRequestsInFlight, Math.Max(1, _services.Options.MaxRequestsInFlight / 2));

    /// <summary>
    /// Makes the call, as <see cref="AskAsync"/> does, and lets the requests that follow go on meanwhile. Refused with
    /// <c>slow_down</c> while too many are under way: they must not use up what a stream may ask at a time.
    /// </summary>
    public async Task<Reply> AskMailAsync<TArg>(SessionAccount account, TArg arg, MailCall<TArg> call)
    {
        if (Interlocked.Increment(ref _mailRequests) > MostMailRequests)
        {
            Interlocked.Decrement(ref _mailRequests);
            return s_tooMuchMail;
        }

        try
        {
            if (OrderOf(account) is not { } order)
            {
                return await AskMailInLineAsync(account, arg, call);
            }

            var turn = order.Enter(RequestScope.Mail);
            try
            {
                await turn.Ready;
                return await AskMailInLineAsync(account, arg, call);
            }
            finally
            {
                order.Leave(turn);
            }
        }
        catch (OperationCanceledException) when (Ended.IsCancellationRequested)
        {
            // The stream has ended: nobody waits for the answer, and nothing is wrong.
            return Faults.Unavailable;
        }
        finally
        {
            Interlocked.Decrement(ref _mailRequests);
        }
    }

    private async Task<Reply> AskMailInLineAsync<TArg>(SessionAccount account, TArg arg, MailCall<TArg> call)
    {
        var ticket = account.Line.TakeTicket();
        if (account.Line.Enter(ticket) is { } turn)
        {
            return await AskMailInTurnAsync(account, arg, call, await turn);
        }

        var holds = account.Line.Holds;
        Task<Reply> asked;
        try
        {
            asked = call(account.Mail, Id, arg);
        }
        finally
        {
            account.Line.Leave();
        }

        var reply = await asked;
        if (!Faults.IsUnknownSession(reply.Refusal))
        {
            return reply;
        }

        // Not if it was opened again, or is being, since the call was made.
        if (account.Line.Holds == holds)
        {
            OnForgotten(account);
        }

        return await AskMailInTurnAsync(account, arg, call, await (account.Line.Wait(ticket) ?? Task.FromResult(LineEnd.Open)));
    }

    private async Task<Reply> AskMailInTurnAsync<TArg>(SessionAccount account, TArg arg, MailCall<TArg> call, LineEnd end)
    {
        if (WhyNot(account, end) is { } refusal)
        {
            return refusal;
        }

        var reply = await call(account.Mail, Id, arg);
        return Faults.IsUnknownSession(reply.Refusal) ? ForgottenAgain(account) : reply;
    }

    /// <summary>
    /// The account was opened again behind the client's back: what was said of its mailboxes meanwhile is lost, so all of
    /// it is told. The lock is held.
    /// </summary>
    private void ShowMailboxes(SessionAccount account, AccountPage page)
    {
        var shown = account.Mailboxes;
        account.OnShown(page);
        foreach (var gone in shown.Except(account.Mailboxes))
        {
            Signal(account, MailboxJson.ChannelEvent, MailboxJson.UnboundData(gone));
        }

        foreach (var mailbox in page.Mailboxes)
        {
            Signal(account, MailboxJson.ChannelEvent, MailboxJson.ChannelData(mailbox.Address, mailbox.Channel));
            if (mailbox.News is { } news)
            {
                Signal(account, MailboxJson.MailEvent, MailboxJson.MailData(mailbox.Address, news));
            }
        }
    }

    private void Signal(SessionAccount account, string name, byte[] data) => _queue.EnqueueEphemeral(new SignalFrame(account.Id, name, data));
}
