using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>
/// Group chats. A group is named by its id or by <c>group:</c> and its id. All of these are refused with <c>forbidden</c>
/// to an account that is not a member, whether the group exists or not. Write with <see cref="SendAsync"/>.
/// </content>
public sealed partial class ImClient
{
    /// <summary>Makes a group, with <paramref name="as"/> as its owner.</summary>
    /// <param name="as">The account, one of <see cref="Pages"/>.</param>
    /// <param name="name">Its name, at most 512 characters.</param>
    /// <param name="members">Friends to add at once, at most 256. Default: none.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>limit_reached</c>: too many members, or <paramref name="as"/> is in too many groups.</exception>
    public Task<GroupInvitation> CreateGroupAsync(string @as, string name, IEnumerable<string>? members = null, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(name);
        return AskAsync(
            "groups.create",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("name", name);
                WriteAccounts(writer, "members", members);
            },
            ReadInvitation,
            ct);
    }

    /// <summary>Adds friends of <paramref name="as"/> to a group; those that cannot be added are named, the others are in.</summary>
    /// <param name="as">A member.</param>
    /// <param name="group">The group.</param>
    /// <param name="accounts">The friends, at most 256.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>, <c>limit_reached</c>.</exception>
    public Task<GroupInvitation> InviteToGroupAsync(string @as, string group, IEnumerable<string> accounts, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        return AskGroupAsync("groups.invite", @as, group, writer => WriteAccounts(writer, "accounts", accounts), ReadInvitation, ct);
    }

    /// <summary>Leaves a group. The last owner is followed by the longest-standing admin, else member.</summary>
    /// <param name="as">The account that leaves.</param>
    /// <param name="group">The group.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>.</exception>
    public Task LeaveGroupAsync(string @as, string group, CancellationToken ct = default) =>
        AskGroupAsync("groups.leave", @as, group, null, static _ => true, ct);

    /// <summary>Removes a member. Owners may remove everybody else, admins members.</summary>
    /// <param name="as">An owner or admin.</param>
    /// <param name="group">The group.</param>
    /// <param name="account">Whom.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The group as it is now.</returns>
    /// <exception cref="ImException"><c>forbidden</c>, <c>unknown_account</c> (no member), <c>self</c>.</exception>
    public Task<Group> KickFromGroupAsync(string @as, string group, string account, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return AskGroupAsync("groups.kick", @as, group, writer => writer.WriteString("account", account), ReadGroup, ct);
    }

    /// <summary>Changes the role of a member.</summary>
    /// <param name="as">An owner.</param>
    /// <param name="group">The group.</param>
    /// <param name="account">Whose.</param>
    /// <param name="role"><c>owner</c>, <c>admin</c> or <c>member</c>.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The group as it is now.</returns>
    /// <exception cref="ImException"><c>forbidden</c>, <c>unknown_account</c>, <c>invalid_argument</c> (the last owner).</exception>
    public Task<Group> SetGroupRoleAsync(string @as, string group, string account, string role, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(role);
        return AskGroupAsync(
            "groups.role",
            @as,
            group,
            writer =>
            {
                writer.WriteString("account", account);
                writer.WriteString("role", role);
            },
            ReadGroup,
            ct);
    }

    /// <summary>Renames a group, or says who may add members. What is null stays.</summary>
    /// <param name="as">An owner; for the name an admin too.</param>
    /// <param name="group">The group.</param>
    /// <param name="name">The new name.</param>
    /// <param name="memberInvites">Whether members may add their friends.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The group as it is now.</returns>
    /// <exception cref="ImException"><c>forbidden</c>, <c>invalid_argument</c>.</exception>
    public Task<Group> SetGroupAsync(string @as, string group, string? name = null, bool? memberInvites = null, CancellationToken ct = default) =>
        AskGroupAsync(
            "groups.set",
            @as,
            group,
            writer =>
            {
                writer.WriteOptional("name", name);
                if (memberInvites is { } invites)
                {
                    writer.WriteBoolean("memberInvites", invites);
                }
            },
            ReadGroup,
            ct);

    /// <summary>A group with all its members. What a page shows of it is in <see cref="Page.Groups"/>.</summary>
    /// <param name="as">A member.</param>
    /// <param name="group">The group.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>.</exception>
    public Task<Group> GetGroupAsync(string @as, string group, CancellationToken ct = default) =>
        AskGroupAsync("groups.get", @as, group, null, ReadGroup, ct);

    private Task<T> AskGroupAsync<T>(
        string op, string @as, string group, Action<Utf8JsonWriter>? fields, Func<JsonElement, T> read, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(group);
        return AskAsync(
            op,
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("group", group);
                fields?.Invoke(writer);
            },
            read,
            ct);
    }

    private static Group ReadGroup(JsonElement ok) =>
        ok.Find("group") is { } group ? group.As(ImJson.Default.Group) : throw new JsonException("A group was expected.");

    private static GroupInvitation ReadInvitation(JsonElement ok) => new()
    {
        Group = ReadGroup(ok),
        Added = [.. ok.List("added").Select(AccountOf)],
        Rejected = [.. ok.List("rejected").Select(rejected => rejected.As(ImJson.Default.GroupRejection))],
    };

    private static void WriteAccounts(Utf8JsonWriter writer, string name, IEnumerable<string>? accounts)
    {
        if (accounts is null)
        {
            return;
        }

        writer.WriteStartArray(name);
        foreach (var account in accounts)
        {
            writer.WriteStringValue(account);
        }

        writer.WriteEndArray();
    }
}
