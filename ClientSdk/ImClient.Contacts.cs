using System.Text.Json;
using OrleansIM.Client.Internal;

namespace OrleansIM.Client;

/// <content>
/// Contacts. Each change also arrives as <see cref="ContactChanged"/> on every device, and for requests, answers and
/// removals on the other side.
/// </content>
public sealed partial class ImClient
{
    /// <summary>Asks an account to be friends.</summary>
    /// <param name="as">The account that asks.</param>
    /// <param name="account">The account that is asked.</param>
    /// <param name="greeting">A line for it. Default: none.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact: <c>requested</c>, or <c>friend</c> where the other side had asked before.</returns>
    /// <exception cref="ImException"><c>unknown_account</c>, <c>self</c>, <c>blocked</c>, <c>limit_reached</c>.</exception>
    public Task<string> RequestContactAsync(string @as, string account, string? greeting = null, CancellationToken ct = default) =>
        ContactAsync("contacts.request", @as, account, ct, greeting);

    /// <summary>Accepts a request (<see cref="Contact.State"/> <c>pending</c>).</summary>
    /// <param name="as">The account that was asked.</param>
    /// <param name="account">The account that asked.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact.</returns>
    public Task<string> AcceptContactAsync(string @as, string account, CancellationToken ct = default) =>
        ContactAsync("contacts.accept", @as, account, ct);

    /// <summary>Refuses a request.</summary>
    /// <param name="as">The account that was asked.</param>
    /// <param name="account">The account that asked.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact.</returns>
    public Task<string> RefuseContactAsync(string @as, string account, CancellationToken ct = default) =>
        ContactAsync("contacts.refuse", @as, account, ct);

    /// <summary>Ends a friendship, or takes a request back.</summary>
    /// <param name="as">The account.</param>
    /// <param name="account">The contact.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact.</returns>
    public Task<string> RemoveContactAsync(string @as, string account, CancellationToken ct = default) =>
        ContactAsync("contacts.remove", @as, account, ct);

    /// <summary>Hears nothing from an account any more.</summary>
    /// <param name="as">The account.</param>
    /// <param name="account">The account to block.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact.</returns>
    public Task<string> BlockContactAsync(string @as, string account, CancellationToken ct = default) =>
        ContactAsync("contacts.block", @as, account, ct);

    /// <summary>Ends a block.</summary>
    /// <param name="as">The account.</param>
    /// <param name="account">The blocked account.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The state of the contact.</returns>
    public Task<string> UnblockContactAsync(string @as, string account, CancellationToken ct = default) =>
        ContactAsync("contacts.unblock", @as, account, ct);

    /// <summary>Changes what the account keeps about a contact; what is left out stays.</summary>
    /// <param name="as">The account.</param>
    /// <param name="account">The contact.</param>
    /// <param name="remark">The account's own name for it; empty for none.</param>
    /// <param name="settings">Settings for it, any JSON.</param>
    /// <param name="labels">The groups it is sorted into, all of them.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The contact after the change.</returns>
    public Task<Contact> SetContactAsync(
        string @as,
        string account,
        string? remark = null,
        JsonElement? settings = null,
        IEnumerable<string>? labels = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(account);
        return AskAsync(
            "contacts.set",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("account", account);
                writer.WriteOptional("remark", remark);
                if (settings is { } json)
                {
                    writer.WritePropertyName("settings");
                    json.WriteTo(writer);
                }

                if (labels is not null)
                {
                    writer.WriteStartArray("labels");
                    foreach (var label in labels)
                    {
                        writer.WriteStringValue(label);
                    }

                    writer.WriteEndArray();
                }
            },
            static ok => ok.As(ImJson.Default.ContactChanged).Contact,
            ct);
    }

    private Task<string> ContactAsync(string op, string @as, string account, CancellationToken ct, string? greeting = null)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(account);
        return AskAsync(
            op,
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("account", account);
                writer.WriteOptional("greeting", greeting);
            },
            static ok => ok.Text("state") ?? "none",
            ct);
    }
}
