using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using OrleansIM.Mail;
using OrleansIM.Mailboxes;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>What signs in at a mailbox's servers: a password, or OAuth 2 tokens. Never prints itself.</summary>
internal sealed record MailboxSecret
{
    public string? Password { get; init; }
    public string? AccessToken { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }
    public string? RefreshToken { get; init; }
    public string? TokenEndpoint { get; init; }
    public string? ClientId { get; init; }
    public string? ClientSecret { get; init; }

    public bool CanRefresh => RefreshToken is not null && TokenEndpoint is not null;

    public static MailboxSecret Of(MailAuth auth) => new()
    {
        Password = auth.Password,
        AccessToken = auth.AccessToken,
        RefreshToken = auth.RefreshToken,
        TokenEndpoint = auth.TokenEndpoint,
        ClientId = auth.ClientId,
        ClientSecret = auth.ClientSecret,
    };

    public MailCredential Credential(string user) =>
        Password is not null ? new MailPassword(user, Password) : new MailToken(user, AccessToken ?? "");

    public override string ToString() => nameof(MailboxSecret);
}

/// <summary>Encrypts secrets of mailboxes with the keys all silos share.</summary>
internal sealed class MailboxSecrets(IDataProtectionProvider provider)
{
    private const string Purpose = "OrleansIM.Mailbox";

    private readonly IDataProtector _protector = provider.CreateProtector(Purpose);

    public string Protect(MailboxSecret secret) => _protector.Protect(JsonSerializer.Serialize(secret));

    /// <summary>Null if it cannot be read any more: the keys are gone.</summary>
    public MailboxSecret? Unprotect(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<MailboxSecret>(_protector.Unprotect(text));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
