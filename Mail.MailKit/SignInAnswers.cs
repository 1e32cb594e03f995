using System.Text;
using System.Text.RegularExpressions;
using MailKit;

namespace OrleansIM.Mail;

/// <summary>
/// Listens to what a server answers to the sign-in, since MailKit does not pass on its response code: a server that cannot
/// check a password now (RFC 5530) has not refused it. Keeps nothing else.
/// </summary>
internal sealed partial class SignInAnswers : IProtocolLogger
{
    private const int Most = 2048;

    private readonly StringBuilder _heard = new();

    /// <summary>Whether to listen.</summary>
    public bool IsListening { get; set; }

    /// <summary>Whether the refusal is one for now.</summary>
    public bool IsTemporary => Temporary().IsMatch(_heard.ToString());

    public IAuthenticationSecretDetector? AuthenticationSecretDetector { get; set; }

    public void LogConnect(Uri uri)
    {
    }

    public void LogClient(byte[] buffer, int offset, int count)
    {
    }

    public void LogServer(byte[] buffer, int offset, int count)
    {
        if (IsListening && _heard.Length < Most)
        {
            _heard.Append(Encoding.Latin1.GetString(buffer, offset, Math.Min(count, Most)));
        }
    }

    public void Dispose()
    {
    }

    [GeneratedRegex(@"^[A-Z]\d+ (NO|BAD) \[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\]", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex Temporary();
}
