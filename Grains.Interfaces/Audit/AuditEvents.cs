namespace OrleansIM.Audit;

/// <summary>The events of the audit log. Names are never changed: others look for them.</summary>
public static class AuditEvents
{
    /// <summary>An account was made. Detail: <c>jwt</c> if it was by an issuer's token, <c>service</c> if by an app's server, <c>invite</c> and its id if it was with one.</summary>
    public const string Registered = "account.registered";

    /// <summary>Somebody has signed in, or was refused. Detail: <c>account</c>, <c>mailbox</c>, <c>jwt</c>, <c>address_book</c> or <c>app_password</c>.</summary>
    public const string SignIn = "signin";

    /// <summary>A stream was opened with a token. This line has both the session and the source.</summary>
    public const string SessionOpened = "session.opened";

    /// <summary>A token was refused: made up, expired, or signed out.</summary>
    public const string TokenRefused = "token.refused";

    /// <summary>A token was signed out, or all of an account's. Detail: <c>one</c> or <c>everywhere</c>.</summary>
    public const string SignedOut = "signout";

    /// <summary>The password was, or was to be, changed. Detail: <c>service</c> if by an app's server.</summary>
    public const string PasswordChanged = "password.changed";

    /// <summary>Detail: the id of the app password.</summary>
    public const string AppPasswordCreated = "app_password.created";

    /// <summary>Detail: the id of the app password.</summary>
    public const string AppPasswordRevoked = "app_password.revoked";

    /// <summary>An operator has disabled the account.</summary>
    public const string Disabled = "account.disabled";

    /// <summary>An operator has enabled the account again.</summary>
    public const string Enabled = "account.enabled";

    /// <summary>The account is gone for good.</summary>
    public const string Deleted = "account.deleted";

    /// <summary>The owner has begun to download everything about the account, or was refused.</summary>
    public const string Exported = "account.exported";

    /// <summary>The account has joined a link group. Detail: the group.</summary>
    public const string LinkJoined = "link.joined";

    /// <summary>The account has left a link group, or was dropped from it. Detail: the group and why.</summary>
    public const string LinkLeft = "link.left";

    /// <summary>The account has another role in its link group. Detail: the group and the role.</summary>
    public const string LinkRole = "link.role";

    /// <summary>Somebody wanted to link the account and was refused.</summary>
    public const string LinkRefused = "link.refused";

    /// <summary>The account has bound a mailbox, or was refused.</summary>
    public const string MailboxBound = "mailbox.bound";

    /// <summary>The account has let go of a mailbox.</summary>
    public const string MailboxUnbound = "mailbox.unbound";

    /// <summary>An invite was made. Detail: its id.</summary>
    public const string InviteCreated = "invite.created";

    /// <summary>An invite was revoked. Detail: its id.</summary>
    public const string InviteRevoked = "invite.revoked";

    /// <summary>A service credential was made. Detail: its id and scopes.</summary>
    public const string ServiceCredentialCreated = "service_credential.created";

    /// <summary>A service credential has got another secret. Detail: its id.</summary>
    public const string ServiceCredentialRotated = "service_credential.rotated";

    /// <summary>A service credential was revoked. Detail: its id.</summary>
    public const string ServiceCredentialRevoked = "service_credential.revoked";

    /// <summary>A call of the service API. Detail: the id of the credential, and what was called.</summary>
    public const string Service = "service.call";

    /// <summary>A call of the service API without a secret that is good.</summary>
    public const string ServiceRefused = "service.refused";

    /// <summary>A call of the admin API. Detail: what was called.</summary>
    public const string Admin = "admin.call";

    /// <summary>A call of the admin API without the right secret.</summary>
    public const string AdminRefused = "admin.refused";
}
