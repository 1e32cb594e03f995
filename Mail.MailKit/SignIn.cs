using System.Net;
using System.Text;
using MailKit;
using MailKit.Net.Imap;
using MailKit.Security;

namespace OrleansIM.Mail;

/// <summary>
/// Signs in with the mechanism that the port names: for a password PLAIN, else LOGIN; for a token OAUTHBEARER, else XOAUTH2.
/// </summary>
internal static class SignIn
{
    public static async Task RunAsync(ImapClient client, MailAccess access, SignInAnswers answers, CancellationToken cancellation)
    {
        answers.IsListening = true;
        try
        {
            await AuthenticateAsync(client, access, cancellation);
        }
        catch (AuthenticationException refused) when (answers.IsTemporary)
        {
            throw MailKitFaults.Busy(access.Server.Host, refused);
        }
        finally
        {
            answers.IsListening = false;
        }
    }

    public static async Task RunAsync(SubmissionClient client, MailAccess access, CancellationToken cancellation)
    {
        try
        {
            await client.AuthenticateAsync(Choose(client, access) ?? throw MailKitFaults.NoMechanism(access), cancellation);
        }
        catch (AuthenticationException refused) when (refused.Message.StartsWith('4'))
        {
            throw MailKitFaults.Busy(access.Server.Host, refused);
        }
    }

    private static async Task AuthenticateAsync(ImapClient client, MailAccess access, CancellationToken cancellation)
    {
        if (Choose(client, access) is { } mechanism)
        {
            await client.AuthenticateAsync(mechanism, cancellation);
        }
        else if (access.Credential is MailPassword secret && !client.Capabilities.HasFlag(ImapCapabilities.LoginDisabled))
        {
            // Without a mechanism MailKit uses the command LOGIN.
            client.AuthenticationMechanisms.Clear();
            await client.AuthenticateAsync(Encoding.UTF8, new NetworkCredential(secret.User, secret.Password), cancellation);
        }
        else
        {
            throw MailKitFaults.NoMechanism(access);
        }
    }

    private static SaslMechanism? Choose(MailService client, MailAccess access)
    {
        var offered = client.AuthenticationMechanisms;
        return Checked(access.Credential) switch
        {
            MailPassword secret when offered.Contains("PLAIN") => new SaslMechanismPlain(Encoding.UTF8, secret.User, secret.Password),
            MailPassword secret when offered.Contains("LOGIN") => new SaslMechanismLogin(Encoding.UTF8, secret.User, secret.Password),
            MailToken token when offered.Contains("OAUTHBEARER") => new SaslMechanismOAuthBearer(token.User, token.AccessToken),
            MailToken token when offered.Contains("XOAUTH2") => new SaslMechanismOAuth2(token.User, token.AccessToken),
            _ => null,
        };
    }

    /// <summary>NUL ends a field of PLAIN, ^A one of the OAuth mechanisms, and a token is printable ASCII (RFC 6750, 2.1).</summary>
    private static MailCredential Checked(MailCredential credential) => credential switch
    {
        MailPassword secret when secret.User.Contains('\0') || secret.Password.Contains('\0')
            => throw new MailException(MailFault.AuthenticationFailed, "A user name or a password cannot hold a NUL character."),
        MailToken token when token.User.Any(char.IsControl) || !token.AccessToken.All(static c => c is > ' ' and < '\x7f')
            => throw new MailException(MailFault.AuthenticationFailed, "The access token or the user name holds a character that it cannot hold."),
        _ => credential,
    };
}
