using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>sessions.list</c>, <c>sessions.end</c>, <c>devices.list</c>. Without <c>as</c>, of the account that signed in.</summary>
internal static class SessionOps
{
    public static Task<Reply> ListAsync(OpRequest request)
    {
        request.ReadOptionalAs();
        return request.AskAsync(RequestScope.AccessList, 0, static async (account, session, _) =>
        {
            var sessions = await account.ListSessionsAsync(session);
            return sessions.Refusal is { } refusal ? refusal : Reply.Ok(new SessionsAnswer(sessions.Get(), session));
        });
    }

    public static Task<Reply> ListDevicesAsync(OpRequest request)
    {
        request.ReadOptionalAs();
        return request.AskAsync(RequestScope.AccessList, 0, static async (account, session, _) =>
        {
            var devices = await account.ListDevicesAsync(session);
            return devices.Refusal is { } refusal ? refusal : Reply.Ok(new DevicesAnswer(devices.Get(), session));
        });
    }

    public static Task<Reply> EndAsync(OpRequest request)
    {
        request.ReadOptionalAs();
        var target = request.Fields.Text("session"u8, most: 64, oneLine: true);
        return request.AskAsync(RequestScope.Access, target, static async (account, session, target) => Reply.Of(await account.EndSessionAsync(session, target)));
    }
}
