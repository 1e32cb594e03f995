namespace OrleansIM.Service;

/// <summary>What a service credential may be for. The names are stored and on the wire: never change one.</summary>
public static class ServiceScopes
{
    /// <summary>Making accounts.</summary>
    public const string CreateAccounts = "accounts.create";
    /// <summary>Looking at accounts and their sessions, not at what is in them.</summary>
    public const string ReadAccounts = "accounts.read";
    /// <summary>Disabling and enabling accounts.</summary>
    public const string DisableAccounts = "accounts.disable";
    /// <summary>Deleting accounts for good.</summary>
    public const string DeleteAccounts = "accounts.delete";
    /// <summary>Setting passwords: whoever may is as good as the owner of every account it reaches.</summary>
    public const string SetPasswords = "accounts.password";
    /// <summary>Signing sessions out.</summary>
    public const string EndSessions = "sessions.end";
    /// <summary>Sending messages of the service.</summary>
    public const string SendMessages = "messages.system";
    /// <summary>Making, listing and revoking invites of its own.</summary>
    public const string Invites = "invites";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
        [CreateAccounts, ReadAccounts, DisableAccounts, DeleteAccounts, SetPasswords, EndSessions, SendMessages, Invites];
}
