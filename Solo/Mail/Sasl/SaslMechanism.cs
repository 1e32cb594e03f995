using System.Text;

namespace OrleansIM.Mail;

/// <summary>What one side says to sign in, the same in IMAP and SMTP (RFC 4422): bytes that travel in base64.</summary>
internal abstract class SaslMechanism(string name)
{
    public string Name { get; } = name;

    /// <summary>What may be said along with the name of the mechanism; null: the server has to ask first.</summary>
    public abstract byte[]? Initial { get; }

    /// <summary>The answer to a challenge; null gives up.</summary>
    /// <param name="round">0 for the first challenge that is not the request for <see cref="Initial"/>.</param>
    public abstract byte[]? Answer(int round);

    /// <summary>The mechanism to use of those that are offered, or null: for a password PLAIN, else LOGIN; for a token OAUTHBEARER, else XOAUTH2.</summary>
    /// <exception cref="MailException"><see cref="MailFault.Refused"/>: something in the credential cannot be said.</exception>
    public static SaslMechanism? Choose(MailCredential credential, MailServer server, Func<string, bool> isOffered)
    {
        if (credential.User.Contains('\0') || credential is MailPassword { Password: var password } && password.Contains('\0'))
        {
            throw new MailException(MailFault.AuthenticationFailed, "A user name or a password cannot hold a NUL character.");
        }

        return credential switch
        {
            MailPassword secret when isOffered("PLAIN") => new Plain(secret),
            MailPassword secret when isOffered("LOGIN") => new Login(secret),
            MailToken token when isOffered("OAUTHBEARER") => new OAuthBearer(Checked(token), server),
            MailToken token when isOffered("XOAUTH2") => new XOAuth2(Checked(token)),
            _ => null,
        };
    }

    /// <summary>The fields of both OAuth mechanisms end with ^A, and a token is printable ASCII (RFC 6750, 2.1).</summary>
    private static MailToken Checked(MailToken token)
        => token.AccessToken.All(static c => c is > ' ' and < '\x7f') && !token.User.Any(char.IsControl)
            ? token
            : throw new MailException(MailFault.AuthenticationFailed, "The access token or the user name holds a character that it cannot hold.");

    private sealed class Plain(MailPassword secret) : SaslMechanism("PLAIN")
    {
        public override byte[] Initial => Encoding.UTF8.GetBytes($"\0{secret.User}\0{secret.Password}");

        public override byte[]? Answer(int round) => null;
    }

    private sealed class Login(MailPassword secret) : SaslMechanism("LOGIN")
    {
        public override byte[]? Initial => null;

        public override byte[]? Answer(int round) => round switch
        {
            0 => Encoding.UTF8.GetBytes(secret.User),
            1 => Encoding.UTF8.GetBytes(secret.Password),
            _ => null,
        };
    }

    /// <summary>RFC 7628. A challenge is the reason of a refusal; ^A has the server say that it is one.</summary>
    private sealed class OAuthBearer(MailToken token, MailServer server) : SaslMechanism("OAUTHBEARER")
    {
        public override byte[] Initial
            => Encoding.UTF8.GetBytes($"n,a={EscapedUser},\u0001host={server.Host}\u0001port={server.Port}\u0001auth=Bearer {token.AccessToken}\u0001\u0001");

        private string EscapedUser => token.User.Replace("=", "=3D", StringComparison.Ordinal).Replace(",", "=2C", StringComparison.Ordinal);

        public override byte[]? Answer(int round) => round == 0 ? [1] : null;
    }

    /// <summary>Google's and Microsoft's forerunner of it. The answer to the reason of a refusal is empty.</summary>
    private sealed class XOAuth2(MailToken token) : SaslMechanism("XOAUTH2")
    {
        public override byte[] Initial => Encoding.UTF8.GetBytes($"user={token.User}\u0001auth=Bearer {token.AccessToken}\u0001\u0001");

        public override byte[]? Answer(int round) => round == 0 ? [] : null;
    }
}
