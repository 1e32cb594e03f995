using OrleansIM.Client;

namespace OrleansIM.ConsoleChat;

/// <summary>What things are called on the screen.</summary>
internal static class Names
{
    public static string Of(Page page, string peer) =>
        page.Groups.TryGetValue(peer, out var group) ? "#" + group.Name
        : page.Contacts.TryGetValue(peer, out var contact) ? Of(contact)
        : peer;

    public static string Of(Contact contact) =>
        !string.IsNullOrEmpty(contact.Remark) ? contact.Remark
        : contact.DisplayName.Length > 0 ? contact.DisplayName
        : contact.Account;

    public static string Own(Page page) => string.IsNullOrEmpty(page.Profile.DisplayName) ? page.Account : page.Profile.DisplayName;

    /// <summary>How reachable a contact is; <c>offline</c> where nothing is known.</summary>
    public static string Presence(Page page, string account) =>
        page.Presence.TryGetValue(account, out var presence) && presence.Status.Length > 0 ? presence.Status : "offline";

    /// <summary>Whom one can write to, in the order they are shown: groups, then friends by name, then those who ask.</summary>
    public static IReadOnlyList<string> Peers(Page page) =>
    [
        .. page.Groups.Values.OrderBy(group => group.Name, StringComparer.CurrentCultureIgnoreCase).Select(group => group.Peer),
        .. page.Contacts.Values.Where(contact => contact.State is "friend" or "pending" or "requested")
            .OrderBy(contact => contact.State == "friend" ? 0 : 1).ThenBy(Of, StringComparer.CurrentCultureIgnoreCase).Select(contact => contact.Account),
    ];
}
