using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using OrleansIM.Contacts;
using OrleansIM.Gateway.Frames;
using OrleansIM.Profiles;
using OrleansIM.Protocol;

namespace OrleansIM.Gateway.Ops;

/// <summary>
/// Reads the fields and makes the call, both before its first await. Null if it leaves <see cref="OpRequest.Message"/> to
/// the stream, which sends and answers it.
/// </summary>
internal delegate Task<Reply>? OpHandler(OpRequest request);

/// <summary>Every op of a signed-in stream.</summary>
internal static class OpTable
{
    public const string Hello = "hello";
    public const string Send = "send";

    /// <summary>What an op is called in metrics and traces that does not exist.</summary>
    public const string Unknown = "unknown";

    private static readonly Refusal s_secondHello = new(ErrorCodes.InvalidArgument, "hello: this stream has said hello. Open another one.");

    private static readonly FrozenDictionary<string, OpHandler> s_handlers = new Dictionary<string, OpHandler>
    {
        [Hello] = _ => Task.FromResult<Reply>(s_secondHello),
        ["ping"] = _ => Task.FromResult(Reply.Empty),
        [Send] = MessageOps.Send,
        ["read"] = MessageOps.ReadAsync,
        ["typing"] = MessageOps.TypingAsync,
        ["presence"] = PresenceOps.SetAsync,
        ["history"] = MessageOps.HistoryAsync,
        ["contacts.request"] = ContactOps.RequestAsync,
        ["contacts.accept"] = request => ContactOps.ChangeAsync(request, ContactAction.Accept),
        ["contacts.refuse"] = request => ContactOps.ChangeAsync(request, ContactAction.Refuse),
        ["contacts.remove"] = request => ContactOps.ChangeAsync(request, ContactAction.Remove),
        ["contacts.block"] = request => ContactOps.ChangeAsync(request, ContactAction.Block),
        ["contacts.unblock"] = request => ContactOps.ChangeAsync(request, ContactAction.Unblock),
        ["contacts.set"] = ContactOps.SetAsync,
        ["groups.create"] = GroupOps.CreateAsync,
        ["groups.invite"] = GroupOps.InviteAsync,
        ["groups.leave"] = GroupOps.LeaveAsync,
        ["groups.kick"] = GroupOps.KickAsync,
        ["groups.role"] = GroupOps.SetRoleAsync,
        ["groups.set"] = GroupOps.SetAsync,
        ["groups.get"] = GroupOps.GetAsync,
        ["profile.set"] = ProfileOps.SetProfileAsync,
        ["settings.set"] = request => ProfileOps.SetValueAsync(request, ValueStore.Settings),
        ["custom.set"] = request => ProfileOps.SetValueAsync(request, ValueStore.Custom),
        ["link.list"] = LinkOps.ListAsync,
        ["link.add"] = LinkOps.AddAsync,
        ["link.remove"] = LinkOps.RemoveAsync,
        ["link.role"] = LinkOps.SetRoleAsync,
        ["mail.bind"] = MailOps.BindAsync,
        ["mail.unbind"] = MailOps.UnbindAsync,
        ["mail.contacts"] = MailOps.FindContactsAsync,
        ["mail.map"] = MailOps.MapAsync,
        ["mail.unmap"] = MailOps.UnmapAsync,
        ["mail.list"] = MailOps.ListAsync,
        ["mail.send"] = MailOps.SendAsync,
        ["appPasswords.create"] = AppPasswordOps.CreateAsync,
        ["appPasswords.list"] = AppPasswordOps.ListAsync,
        ["appPasswords.revoke"] = AppPasswordOps.RevokeAsync,
        ["devices.list"] = SessionOps.ListDevicesAsync,
        ["sessions.list"] = SessionOps.ListAsync,
        ["sessions.end"] = SessionOps.EndAsync,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Names => s_handlers.Keys;

    public static bool TryFind(string op, [NotNullWhen(true)] out OpHandler? handler) => s_handlers.TryGetValue(op, out handler);
}
