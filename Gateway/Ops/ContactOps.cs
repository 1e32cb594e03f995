using OrleansIM.Contacts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>contacts.*</c></summary>
internal static class ContactOps
{
    private const int MaxLabels = 32;
    private const int MaxLabel = 64;

    public static Task<Reply> RequestAsync(OpRequest request) =>
        ChangeAsync(request, ContactAction.Request, request.Fields.OptionalText("greeting"u8, ProtocolLimits.MaxText));

    public static Task<Reply> ChangeAsync(OpRequest request, ContactAction action, string? greeting = null)
    {
        request.ReadAs();
        var change = new ChangeContact { Account = request.Fields.Account("account"u8), Action = action, Greeting = greeting };
        return request.AskAsync(RequestScope.Contact(change.Account), change, static async (account, session, change) =>
        {
            var state = await account.ChangeContactAsync(session, change);
            return state.Refusal is { } refusal ? refusal : Reply.Ok(new ContactStateAnswer(state.Value));
        });
    }

    public static Task<Reply> SetAsync(OpRequest request)
    {
        request.ReadAs();
        var change = new SetContact
        {
            Account = request.Fields.Account("account"u8),
            Remark = request.Fields.TextChange("remark"u8, ProtocolLimits.MaxText),
            Labels = request.Fields.TextsChange("labels"u8, MaxLabels, MaxLabel),
            Settings = request.Fields.OptionalJson("settings"u8, ProtocolLimits.MaxValue),
        };
        return request.AskAsync(RequestScope.Contact(change.Account), change, static async (account, session, change) => Reply.Of(await account.SetContactAsync(session, change)));
    }
}
