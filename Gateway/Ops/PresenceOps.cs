using System.Collections.ObjectModel;
using OrleansIM.Accounts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Presence;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>presence</c>, and the field of that name in <c>hello</c>.</summary>
internal static class PresenceOps
{
    /// <summary>In <c>hello</c>: the accounts that are not named.</summary>
    public const string Others = "*";

    public static Task<Reply> SetAsync(OpRequest request)
    {
        var isForAll = !request.Fields.Has("as"u8);
        request.ReadOptionalAs();
        var presence = Read(request.Fields);
        if (request.Fields.Fault is null)
        {
            request.Session.ChoosePresence(isForAll ? null : request.About, presence);
        }

        return isForAll ? request.AskAllAsync(RequestScope.Presence, presence, SetAtAccountAsync) : request.AskAsync(RequestScope.Presence, presence, SetAtAccountAsync);
    }

    /// <summary>What <c>hello</c> says, by account id.</summary>
    public static IReadOnlyDictionary<string, SessionPresence> ReadAll(JsonFields hello)
    {
        if (hello.OptionalObject("presence"u8) is not { } accounts)
        {
            return ReadOnlyDictionary<string, SessionPresence>.Empty;
        }

        var all = new Dictionary<string, SessionPresence>();
        foreach (var (name, fields) in accounts.Objects(most: 256))
        {
            var isKnown = name == Others || AccountIds.TryNormalize(name, out _);
            all[name.ToLowerInvariant()] = Read(fields);
            if (!isKnown || fields.Fault is not null)
            {
                hello.Refuse(ErrorCodes.InvalidArgument, $"presence: {fields.Fault?.Message ?? "has to be an object of account ids, or *, each with {status, note?}."}");
            }
        }

        if (accounts.Fault is { } fault)
        {
            hello.Refuse(fault.Code, $"presence: {fault.Message}");
        }

        return all;
    }

    private static SessionPresence Read(JsonFields fields)
    {
        var status = fields.OptionalText("status"u8) switch
        {
            "online" => PresenceStatus.Online,
            "away" => PresenceStatus.Away,
            "busy" => PresenceStatus.Busy,
            "invisible" => PresenceStatus.Invisible,
            _ => PresenceStatus.Offline,
        };
        if (status is PresenceStatus.Offline)
        {
            fields.Refuse(ErrorCodes.InvalidArgument, "status: required, one of online, away, busy, invisible.");
        }

        var note = fields.OptionalText("note"u8, ProtocolLimits.MaxText);
        return new SessionPresence { Status = status, Note = note is "" ? null : note };
    }

    private static async Task<Reply> SetAtAccountAsync(IAccountGrain account, string session, SessionPresence presence) =>
        Reply.Of(await account.SetPresenceAsync(session, presence));
}
