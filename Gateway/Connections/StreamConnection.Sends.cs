using System.Diagnostics;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Ops;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Messages;

namespace OrleansIM.Gateway.Connections;

/// <summary>
/// Messages to the same peer whose frames came together go to their account in one call. Nobody waits for company: they go
/// as soon as the next frame is not here yet, is something else, or there is no room for more requests.
/// </summary>
/// <remarks>
/// To the same peer only: those have one fate anyway, one behind the other. So nobody's answer waits for a peer that is
/// hard to reach, unless it is one's own. In a cluster it is one call at a time to the same peer (<see cref="RequestOrder"/>):
/// between two processes calls may overtake one another, and messages would be stored in another order than they were sent.
/// </remarks>
internal sealed partial class StreamConnection
{
    // Of the receive loop alone; null most of the time.
    private List<GatheredSend>? _gathered;
    private SessionAccount? _gatheredFrom;

    /// <summary>Gives the loop's next step, and has what was gathered sent if that is not done yet.</summary>
    private Task SendGatheredBefore(Task step)
    {
        if (!step.IsCompleted)
        {
            SendGathered();
        }

        return step;
    }

    private ValueTask<T> SendGatheredBefore<T>(ValueTask<T> step)
    {
        if (!step.IsCompleted)
        {
            SendGathered();
        }

        return step;
    }

    private readonly record struct GatheredSend(RequestHead Head, SendMessage Message, Activity? Span);

    private void Gather(RequestHead head, SessionAccount from, SendMessage message, Activity? span)
    {
        if (_gathered is { } gathered && (from != _gatheredFrom || message.To != gathered[0].Message.To))
        {
            SendGathered();
        }

        _gatheredFrom = from;

        // Mostly it stays alone.
        (_gathered ??= new(1)).Add(new GatheredSend(head, message, span));
    }

    private void SendGathered()
    {
        if (_gathered is not { } gathered)
        {
            return;
        }

        _gathered = null;
        if (_session!.OrderOf(_gatheredFrom!) is not { } order)
        {
            _ = SendAsync(gathered, _gatheredFrom!);
        }
        else if (order.TryEnter(RequestScope.Message(gathered[0].Message.To), gathered, out var turn))
        {
            _ = SendInOrderAsync(order, turn, gathered, _gatheredFrom!);
        }
    }

    /// <summary>Sends when the turn has come, with what has come for it meanwhile.</summary>
    private async Task SendInOrderAsync(RequestOrder order, RequestTurn turn, List<GatheredSend> sends, SessionAccount from)
    {
        try
        {
            await turn.Ready;
            await SendAsync(sends, from);
        }
        finally
        {
            order.Leave(turn);
        }
    }

    private Task SendAsync(List<GatheredSend> sends, SessionAccount from) =>
        sends[0].Span is { } span ? SendInSpanAsync(span, sends, from)
        : sends.Count == 1 ? SendOneAsync(sends[0], from)
        : SendManyAsync(sends, from);

    /// <summary>Several travel as one call, which can be in one trace only: that of the first.</summary>
    private async Task SendInSpanAsync(Activity span, List<GatheredSend> sends, SessionAccount from)
    {
        Activity.Current = span;
        await (sends.Count == 1 ? SendOneAsync(sends[0], from) : SendManyAsync(sends, from));
    }

    private Task SendOneAsync(GatheredSend send, SessionAccount from) => AnswerAsync(
        send.Head,
        from,
        _session!.AskNowAsync(from, send.Message, static async (account, session, message) => Reply.Of(await account.SendAsync(session, message))),
        send.Span);

    private async Task SendManyAsync(List<GatheredSend> sends, SessionAccount from)
    {
        Reply reply;
        try
        {
            var messages = sends.ConvertAll(static send => send.Message).ToArray();
            reply = await _session!.AskNowAsync(
                from, messages, static async (account, session, messages) => Reply.Of(await account.SendManyAsync(session, messages)));
        }
        catch (Exception e)
        {
            reply = Refuse(OpTable.Send, e);
        }

        var answers = (reply.Value as SentMessages)?.Answers;
        for (var i = 0; i < sends.Count; i++)
        {
            Answer(sends[i].Head, from, answers is null ? reply : Reply.Of(answers[i]), sends[i].Span);
        }
    }
}
