using System.Text;

namespace OrleansIM.Client;

/// <summary>A mailbox to be bound: where it is and how to sign in there. Never prints its secrets.</summary>
/// <param name="Address">Its address.</param>
/// <param name="Auth">What signs in at its servers.</param>
public sealed record MailboxBinding(string Address, MailAuth Auth)
{
    /// <summary>Where mail is read. Default: null, the server finds out (a template of its operator, else DNS).</summary>
    public MailServer? Imap { get; init; }

    /// <summary>Where mail is sent. Default: null, the server finds out.</summary>
    public MailServer? Smtp { get; init; }

    /// <summary>Where its address book is (CardDAV). Default: null, what the operator's template says, else none.</summary>
    public Uri? CardDav { get; init; }
}

/// <summary>A mail server.</summary>
/// <param name="Host">Its name or IP address.</param>
/// <param name="Port">1 to 65535.</param>
/// <param name="Security"><c>tls</c>, <c>starttls</c> or <c>none</c>. Default: <c>tls</c>.</param>
public sealed record MailServer(string Host, int Port, string Security = "tls");

/// <summary>What signs in at mail servers.</summary>
/// <param name="User">The user. Default: null, the address or what the operator's template says.</param>
public abstract record MailAuth(string? User)
{
    /// <summary>Prints everything but secrets.</summary>
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        (builder ?? throw new ArgumentNullException(nameof(builder))).Append("User = ").Append(User);
        return true;
    }
}

/// <summary>A password, of the mailbox or for apps.</summary>
public sealed record MailPassword(string Password, string? User = null) : MailAuth(User)
{
    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}

/// <summary>OAuth 2 tokens. With a refresh token and its endpoint the server renews them by itself.</summary>
public sealed record MailTokens(string AccessToken, string? User = null) : MailAuth(User)
{
    /// <summary>What new access tokens are made of. Default: null, none.</summary>
    public string? RefreshToken { get; init; }
    /// <summary>Where. Needed with <see cref="RefreshToken"/>.</summary>
    public Uri? TokenEndpoint { get; init; }
    /// <summary>The client that the tokens were issued to.</summary>
    public string? ClientId { get; init; }
    /// <summary>Its secret, if it has one.</summary>
    public string? ClientSecret { get; init; }

    /// <inheritdoc/>
    protected override bool PrintMembers(StringBuilder builder) => base.PrintMembers(builder);
}
