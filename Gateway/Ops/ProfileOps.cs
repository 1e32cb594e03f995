using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Profiles;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>profile.set</c>, <c>settings.set</c>, <c>custom.set</c>.</summary>
internal static class ProfileOps
{
    private const int MaxAvatar = 2048;

    public static Task<Reply> SetProfileAsync(OpRequest request)
    {
        request.ReadAs();
        var change = new SetProfile
        {
            DisplayName = request.Fields.NameChange("displayName"u8),
            Email = request.Fields.EmailChange("email"u8),
            Description = request.Fields.TextChange("description"u8, ProtocolLimits.MaxText),
            Avatar = request.Fields.TextChange("avatar"u8, MaxAvatar, oneLine: true),
        };
        return request.AskAsync(RequestScope.Account, change, static async (account, session, change) => Reply.Of(await account.SetProfileAsync(session, change)));
    }

    public static Task<Reply> SetValueAsync(OpRequest request, ValueStore store)
    {
        request.ReadAs();
        var key = request.Fields.Text("key"u8, ProtocolLimits.MaxKey, oneLine: true);
        var json = request.Fields.OptionalJson("value"u8, ProtocolLimits.MaxValue);
        if (json is null)
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, "value: required, any JSON; null removes the key.");
        }

        var change = new SetValue { Store = store, Key = key, Json = json == "null" ? null : json };
        return request.AskAsync(RequestScope.Account, change, static async (account, session, change) => Reply.Of(await account.SetValueAsync(session, change)));
    }
}
