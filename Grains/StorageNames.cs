namespace OrleansIM.Grains;

/// <summary>Names under which grain state is stored. They are part of the data: never change one.</summary>
public static class StorageNames
{
    /// <summary>The storage provider of every grain here.</summary>
    public const string State = "state";

    internal const string AccountRecord = "account";
    internal const string AccountSnapshot = "account-snapshot";
    internal const string LinkGroup = "link-group";
    internal const string GroupSnapshot = "group-snapshot";
    internal const string Mailbox = "mailbox";
    internal const string MailboxMail = "mailbox-mail";
    internal const string KeyRotation = "key-rotation";
    internal const string MailboxContacts = "mailbox-contacts";
    internal const string Invites = "invites";
    internal const string ServiceCredentials = "service-credentials";
}
