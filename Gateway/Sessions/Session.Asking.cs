using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Sessions;

namespace OrleansIM.Gateway.Sessions;

/// <summary>A call to an account. It must reach the account before its first await: that keeps requests in order.</summary>
internal delegate Task<Reply> GrainCall<in TArg>(IAccountGrain grain, string session, TArg arg);

/// <summary>This part asks accounts on behalf of the client.</summary>
internal sealed partial class Session
{
    /// <summary>Makes the call: at once, or where calls may overtake one another when its turn has come. Of the receive loop alone.</summary>
    public Task<Reply> AskAsync<TArg>(SessionAccount account, RequestScope scope, TArg arg, GrainCall<TArg> call) =>
        OrderOf(account) is { } order ? AskInOrderAsync(order, account, scope, arg, call) : AskNowAsync(account, arg, call);

    /// <summary>The order that the account's requests have to be kept in by this gateway; null if their calls keep it by themselves.</summary>
    public RequestOrder? OrderOf(SessionAccount account) => _services.Options.AccountsElsewhere ? account.Order : null;

    /// <summary>
    /// Makes the call. An account that does not know the session (it was activated anew) is opened again and asked once
    /// more; requests that come meanwhile wait, and all go on in the order they were received.
    /// </summary>
    public async Task<Reply> AskNowAsync<TArg>(SessionAccount account, TArg arg, GrainCall<TArg> call)
    {
        var ticket = account.Line.TakeTicket();
        if (account.Line.Enter(ticket) is { } turn)
        {
            return await AskInTurnAsync(account, arg, call, turn);
        }

        Task<Reply> again;
        try
        {
            var reply = await call(account.Grain, Id, arg);
            if (!Faults.IsUnknownSession(reply.Refusal))
            {
                return reply;
            }

            OnForgotten(account);
            // It waits before it leaves: who lets the line go on finds it there, and its call goes in its turn.
            again = AskInTurnAsync(account, arg, call, account.Line.Wait(ticket) ?? Task.FromResult(LineEnd.Open));
        }
        finally
        {
            account.Line.Leave();
        }

        return await again;
    }

    /// <summary>Makes the call to every account of the session. Refused as the first of them that is still in it.</summary>
    public async Task<Reply> AskAllAsync<TArg>(RequestScope scope, TArg arg, GrainCall<TArg> call)
    {
        SessionAccount[] accounts;
        lock (_gate)
        {
            accounts = _accounts;
        }

        var replies = await Task.WhenAll(accounts.Select(account => AskAsync(account, scope, arg, call)));
        for (var i = 0; i < accounts.Length; i++)
        {
            if (replies[i].Refusal is not null && accounts[i].Lane.State != LaneState.Closed)
            {
                return replies[i];
            }
        }

        return Reply.Empty;
    }

    private async Task<Reply> AskInOrderAsync<TArg>(RequestOrder order, SessionAccount account, RequestScope scope, TArg arg, GrainCall<TArg> call)
    {
        var turn = order.Enter(scope);
        try
        {
            await turn.Ready;
            return await AskNowAsync(account, arg, call);
        }
        finally
        {
            order.Leave(turn);
        }
    }

    private async Task<Reply> AskInTurnAsync<TArg>(SessionAccount account, TArg arg, GrainCall<TArg> call, Task<LineEnd> turn)
    {
        if (WhyNot(account, await turn) is { } refusal)
        {
            return refusal;
        }

        var reply = await call(account.Grain, Id, arg);
        return Faults.IsUnknownSession(reply.Refusal) ? ForgottenAgain(account) : reply;
    }

    /// <summary>Why a request whose wait ended so cannot go on; null if it can.</summary>
    private static Refusal? WhyNot(SessionAccount account, LineEnd end) =>
        end == LineEnd.Gone || account.Lane.State == LaneState.Closed ? SessionRefusals.Forbidden
        : end == LineEnd.Unavailable ? Faults.Unavailable
        : null;

    // Anew once more: the client's next attempt finds it open, or finds out why not.
    private Refusal ForgottenAgain(SessionAccount account)
    {
        OnForgotten(account);
        return Faults.Unavailable;
    }
}
