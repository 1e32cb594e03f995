using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>
/// The link group of the signed-in account. Only a master's session may change it, but a secondary may take itself out;
/// pages of this and other live sessions appear (<see cref="PageOpened"/>) and go (<see cref="PageGone"/>) with it.
/// </content>
public sealed partial class ImClient
{
    /// <summary>Lists the members.</summary>
    /// <param name="ct">Stops waiting.</param>
    public Task<LinkGroup> ListLinksAsync(CancellationToken ct = default) =>
        AskAsync("link.list", null, static ok => ok.As(ImJson.Default.LinkGroup), ct);

    /// <summary>Links accounts with their passwords, or tokens. Those that cannot be linked are dropped and named; the others are linked.</summary>
    /// <param name="accounts">The accounts, at most 64.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c> (not a master's session), <c>limit_reached</c>, <c>slow_down</c>.</exception>
    public Task<LinkResult> AddLinksAsync(IEnumerable<LinkRequest> accounts, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(accounts);
        return AskAsync(
            "link.add",
            writer =>
            {
                writer.WriteStartArray("accounts");
                foreach (var account in accounts)
                {
                    writer.WriteStartObject();
                    writer.WriteString("account", account.Account);
                    writer.WriteOptional("password", account.Password);
                    writer.WriteOptional("jwt", account.Jwt);
                    writer.WriteString("role", account.Role);
                    writer.WriteEndObject();
                }

                writer.WriteEndArray();
            },
            static ok => new LinkResult
            {
                Linked = [.. ok.List("linked").Select(AccountOf)],
                Rejected = [.. ok.List("rejected").Select(rejected => rejected.As(ImJson.Default.LinkRejection))],
            },
            ct);
    }

    /// <summary>Takes an account out of the group.</summary>
    /// <param name="account">The account.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>, <c>last_master</c>, <c>unknown_account</c>.</exception>
    public Task RemoveLinkAsync(string account, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        return AskAsync("link.remove", writer => writer.WriteString("account", account), static _ => true, ct);
    }

    /// <summary>Changes the role of a member.</summary>
    /// <param name="account">The member.</param>
    /// <param name="role"><c>master</c> or <c>secondary</c>.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>forbidden</c>, <c>last_master</c>, <c>unknown_account</c>.</exception>
    public Task SetRoleAsync(string account, string role, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        ArgumentNullException.ThrowIfNull(role);
        return AskAsync(
            "link.role",
            writer =>
            {
                writer.WriteString("account", account);
                writer.WriteString("role", role);
            },
            static _ => true,
            ct);
    }

    private static string AccountOf(JsonElement linked) =>
        linked.ValueKind == JsonValueKind.String ? linked.GetString()! : linked.Text("account") ?? "";
}
