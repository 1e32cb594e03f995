using OrleansIM.Gateway.Frames;
using OrleansIM.Gateway.Sessions;
using OrleansIM.Links;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary><c>link.*</c>: always as the account that signed in.</summary>
internal static class LinkOps
{
    public static Task<Reply> ListAsync(OpRequest request)
    {
        request.UseOwn();
        return request.AskAsync(RequestScope.LinkList, 0, static async (account, session, _) => Reply.Of(await account.EnterGroupAsync(session, atSignIn: false)));
    }

    public static Task<Reply> AddAsync(OpRequest request)
    {
        request.UseOwn();
        var links = new List<LinkRequest>();
        var rejected = new List<LinkRejection>();
        var entries = request.Fields.OptionalArray("accounts"u8, ProtocolLimits.MaxLinkBatch);
        if (entries is null or { Count: 0 })
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, $"accounts: required, an array of 1 to {ProtocolLimits.MaxLinkBatch} of {{account, password or jwt, role}}.");
        }

        for (var i = 0; i < entries?.Count && request.Fields.Fault is null; i++)
        {
            ReadEntry(entries[i], i, request.Fields, links, rejected);
        }

        if (links.Count == 0 && request.Fields.Fault is null)
        {
            return Task.FromResult(Reply.Ok(new LinksAdded { Linked = [], Rejected = [.. rejected] }));
        }

        var ended = request.Session.Ended;
        return request.AskAsync(RequestScope.Links, (links, rejected, ended), static async (account, session, add) =>
        {
            var added = await account.AddLinksAsync(session, [.. add.links], add.ended);
            return added.Refusal is { } refusal
                ? refusal
                : Reply.Ok(added.Get() with { Rejected = [.. add.rejected, .. added.Get().Rejected] });
        });
    }

    public static Task<Reply> RemoveAsync(OpRequest request)
    {
        request.UseOwn();
        var target = request.Fields.Account("account"u8);
        return request.AskAsync(RequestScope.Links, target, static async (account, session, target) => Reply.Of(await account.RemoveLinkAsync(session, target)));
    }

    public static Task<Reply> SetRoleAsync(OpRequest request)
    {
        request.UseOwn();
        var target = request.Fields.Account("account"u8);
        var role = ReadRole(request.Fields.OptionalText("role"u8));
        if (role is null)
        {
            request.Fields.Refuse(ErrorCodes.InvalidArgument, "role: required, one of master, secondary.");
        }

        return request.AskAsync(RequestScope.Links, (target, role: role ?? default), static async (account, session, set) => Reply.Of(await account.SetLinkRoleAsync(session, set.target, set.role)));
    }

    /// <summary>A wrong shape is the client's fault and refuses all; an id or password that cannot be right rejects its entry.</summary>
    private static void ReadEntry(ReadOnlyMemory<byte> json, int index, JsonFields request, List<LinkRequest> links, List<LinkRejection> rejected)
    {
        var entry = new JsonFields();
        if (!entry.TryParse(json))
        {
            request.Refuse(ErrorCodes.InvalidArgument, $"accounts[{index}]: has to be an object {{account, password or jwt, role}}.");
            return;
        }

        var account = entry.OptionalText("account"u8);
        var password = entry.OptionalText("password"u8);
        var jwt = entry.OptionalText("jwt"u8);
        if (password is not null && jwt is not null)
        {
            entry.Refuse(ErrorCodes.InvalidArgument, "jwt: given beside password. Give one of the two.");
        }

        var role = ReadRole(entry.OptionalText("role"u8) ?? "secondary");
        if (role is null)
        {
            entry.Refuse(ErrorCodes.InvalidArgument, "role: has to be master or secondary.");
        }

        if (entry.Fault is { } fault)
        {
            request.Refuse(fault.Code, $"accounts[{index}].{fault.Message}");
        }
        else if (!AccountIds.TryNormalize(account, out var id))
        {
            rejected.Add(new LinkRejection { Account = Shorten(account ?? ""), Reason = ErrorCodes.UnknownAccount });
        }
        else if (!CanBeRight(password, ProtocolLimits.MaxPassword) && !CanBeRight(jwt, ProtocolLimits.MaxJwt))
        {
            rejected.Add(new LinkRejection { Account = id, Reason = ErrorCodes.BadCredentials });
        }
        else
        {
            links.Add(new LinkRequest { Account = id, Password = password, Jwt = jwt, Role = role!.Value });
        }
    }

    private static bool CanBeRight(string? secret, int most) => secret is { Length: > 0 } && secret.Length <= most;

    // Not in the middle of a surrogate pair.
    private static string Shorten(string id) => id.Length <= 64 ? id : id[..(char.IsHighSurrogate(id[63]) ? 63 : 64)];

    private static LinkRole? ReadRole(string? role) => role switch
    {
        "master" => LinkRole.Master,
        "secondary" => LinkRole.Secondary,
        _ => null,
    };
}
