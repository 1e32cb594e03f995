using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>appPasswords.*</c>: only of the account that signed in, which it says itself.</summary>
internal static class AppPasswordOps
{
    public static Task<Reply> CreateAsync(OpRequest request)
    {
        request.ReadAs();
        var name = request.Fields.Text("name"u8, ProtocolLimits.MaxKey, oneLine: true);
        return request.AskAsync(RequestScope.Access, (request.About, name), static async (_, session, make) =>
            Reply.Of(await make.About!.AppPasswords.CreateAppPasswordAsync(session, make.name)));
    }

    public static Task<Reply> ListAsync(OpRequest request)
    {
        request.ReadAs();
        return request.AskAsync(RequestScope.AccessList, request.About, static async (_, session, about) =>
            Reply.Of(await about!.AppPasswords.ListAppPasswordsAsync(session)));
    }

    public static Task<Reply> RevokeAsync(OpRequest request)
    {
        request.ReadAs();
        var id = request.Fields.Text("appPassword"u8, ProtocolLimits.MaxKey, oneLine: true);
        return request.AskAsync(RequestScope.Access, (request.About, id), static async (_, session, revoke) =>
            Reply.Of(await revoke.About!.AppPasswords.RevokeAppPasswordAsync(session, revoke.id)));
    }
}
