namespace OrleansIM.Client;

/// <summary>The link group of the signed-in account.</summary>
public sealed record LinkGroup
{
    /// <summary>The id of the group; null while the account is not linked.</summary>
    public string? Group { get; init; }
    /// <summary>Its members.</summary>
    public IReadOnlyList<LinkMember> Members { get; init => field = value ?? []; } = [];
}

/// <summary>A member of a link group.</summary>
public sealed record LinkMember
{
    /// <summary>The account.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary><c>master</c> (its sessions see all members) or <c>secondary</c> (they see themselves only).</summary>
    public string Role { get; init => field = value ?? ""; } = "";
    /// <summary>When it was linked; null if the server does not say.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>An account to link. Password or token is checked by the server and kept by nobody.</summary>
/// <param name="Account">The account id.</param>
/// <param name="Password">Its password; null where <see cref="Jwt"/> proves it.</param>
/// <param name="Role"><c>secondary</c> (default) or <c>master</c>.</param>
public sealed record LinkRequest(string Account, string? Password, string Role = "secondary")
{
    /// <summary>A token of the account's own sign-in (see <see cref="ImClient.SignInWithJwtAsync"/>), in place of a password.</summary>
    public string? Jwt { get; init; }

    /// <summary>An account to link whose users sign in with tokens of an issuer.</summary>
    /// <param name="account">The account id.</param>
    /// <param name="jwt">A token of the account's user.</param>
    /// <param name="role"><c>secondary</c> (default) or <c>master</c>.</param>
    public static LinkRequest WithJwt(string account, string jwt, string role = "secondary") => new(account, null, role) { Jwt = jwt };

    /// <summary>Says everything but the password or token, so that a request may be logged.</summary>
    public override string ToString() => $"LinkRequest {{ Account = {Account}, Role = {Role} }}";
}

/// <summary>What became of a batch of link requests.</summary>
public sealed record LinkResult
{
    /// <summary>The accounts that are linked now.</summary>
    public IReadOnlyList<string> Linked { get; init; } = [];
    /// <summary>The accounts that are not, and why.</summary>
    public IReadOnlyList<LinkRejection> Rejected { get; init; } = [];
}

/// <summary>An account that was not linked, or was dropped.</summary>
public sealed record LinkRejection
{
    /// <summary>The account.</summary>
    public string Account { get; init => field = value ?? ""; } = "";
    /// <summary>
    /// <c>bad_credentials</c>, <c>unknown_account</c>, <c>disabled</c>, <c>already_linked</c> (in a group of others or in
    /// this one), <c>self</c>, …
    /// </summary>
    public string Reason { get; init => field = value ?? ""; } = "";
}
