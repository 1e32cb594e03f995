using OrleansIM.Mail;

namespace OrleansIM.Grains.Mailboxes;

/// <summary>The real one.</summary>
internal sealed class MailEnvironment(MailDiscovery discovery, OAuthTokens tokens, CardDavClient books) : IMailEnvironment
{
    public Task<DiscoveredMail> FindServersAsync(string address, CancellationToken cancellation) => discovery.FindAsync(address, cancellation);

    public async Task<MailboxSecret> RefreshAsync(MailboxSecret secret, CancellationToken cancellation)
    {
        var grant = new OAuthGrant(new Uri(secret.TokenEndpoint!), secret.RefreshToken!) { ClientId = secret.ClientId, ClientSecret = secret.ClientSecret };
        var access = await tokens.RefreshAsync(grant, cancellation);
        return secret with { AccessToken = access.AccessToken, ExpiresAt = access.UseUntil, RefreshToken = access.RefreshToken };
    }

    public Task<CardDavSync> ReadAddressBookAsync(CardDavAccess access, CardDavState? known, CancellationToken cancellation) =>
        books.SyncAsync(access, known, cancellation);
}
