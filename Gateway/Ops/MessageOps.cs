using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Messages;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>send</c>, <c>read</c>, <c>typing</c>, <c>history</c>.</summary>
internal static class MessageOps
{
    public static Task<Reply>? Send(OpRequest request)
    {
        request.ReadAs();
        var message = new SendMessage
        {
            To = request.Fields.Recipient("to"u8),
            Body = request.Fields.Body("body"u8, request.Options.MaxBodyBytes),
            Cid = request.Fields.Text("cid"u8, ProtocolLimits.MaxCid, oneLine: true),
            Kind = request.Fields.Token("kind"u8, otherwise: "text"),
            Mentions = request.Fields.OptionalAccounts("mentions"u8, ProtocolLimits.MaxMentions),
        };
        if (message.Mentions is { Length: > 0 } && !GroupIds.IsGroup(message.To))
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, "mentions: only in a message to a group.");
        }

        return request.LeaveToStream(message);
    }

    public static Task<Reply> ReadAsync(OpRequest request)
    {
        request.ReadAs();
        var peer = request.Fields.Peer("peer"u8);
        var upTo = request.Fields.Number("upTo"u8, 0, long.MaxValue);
        return request.AskAsync(RequestScope.Receipt(peer), (peer, upTo), static async (account, session, read) => Reply.Of(await account.MarkReadAsync(session, read.peer, read.upTo)));
    }

    public static Task<Reply> TypingAsync(OpRequest request)
    {
        request.ReadAs();
        var to = request.Fields.Recipient("to"u8);
        var on = request.Fields.Flag("on"u8);
        return request.AskAsync(RequestScope.Message(to), (to, on), static async (account, session, typing) => Reply.Of(await account.SetTypingAsync(session, typing.to, typing.on)));
    }

    public static Task<Reply> HistoryAsync(OpRequest request)
    {
        request.ReadAs();
        var query = new HistoryQuery
        {
            Peer = request.Fields.Has("peer"u8) ? OptionalPeer(request.Fields) : null,
            Before = request.Fields.OptionalNumber("before"u8, 1, long.MaxValue),
            After = request.Fields.OptionalNumber("after"u8, 0, long.MaxValue),
            Limit = (int)(request.Fields.OptionalNumber("limit"u8, 1, ProtocolLimits.MaxHistoryPage) ?? 50),
        };
        var context = (query, id: request.About?.Id ?? "", most: request.Options.MaxQueuedBytes / 2);
        return request.AskAsync(RequestScope.Question(query.Peer), context, static async (account, session, ask) =>
        {
            var page = await account.ReadHistoryAsync(session, ask.query);
            return page.Refusal is { } refusal ? refusal : Reply.Ok(new HistoryAnswer(ask.id, page.Get(), ask.most, IsForward: ask.query.After is not null));
        });
    }

    private static string? OptionalPeer(JsonFields fields) => fields.OptionalText("peer"u8) is null ? null : fields.Peer("peer"u8);
}
