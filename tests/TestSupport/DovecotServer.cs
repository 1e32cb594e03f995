using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace OrleansIM.TestSupport;

/// <summary>
/// A real IMAP server, Dovecot of Debian's packages: a temporary folder, loopback, free ports, gone after the tests. Use
/// it as a collection fixture, with mailboxes of each test's own; where Dovecot is not installed
/// <see cref="IsAvailable"/> is false and tests skip themselves. It has PLAIN, LOGIN, XOAUTH2 and OAUTHBEARER, STARTTLS on
/// one port and TLS on another, IDLE, SPECIAL-USE and quotas.
/// </summary>
public sealed partial class DovecotServer : IAsyncLifetime
{
    /// <summary>Why tests are skipped when <see cref="IsAvailable"/> is false.</summary>
    public const string MissingReason =
        "Dovecot is not installed (Debian: apt-get install dovecot-imapd dovecot-lmtpd), or the tests do not run as root.";

    /// <summary>What the certificate is for; it resolves to 127.0.0.1, for which the certificate is good as well.</summary>
    public const string Host = "localhost";

    /// <summary>The same server with a certificate of the same authority for another name.</summary>
    public const string WrongNameHost = "127.0.0.2";

    /// <summary>The same server without TLS: no STARTTLS is offered.</summary>
    public const string NoTlsHost = "127.0.0.3";

    /// <summary>The folder that has the attribute \Sent where it exists; a mailbox does not have it from the start.</summary>
    public const string SentFolder = "Gesendet – größer";

    private const string Binary = "/usr/sbin/dovecot";
    private const string LmtpBinary = "/usr/lib/dovecot/lmtp";
    private const string ImapBinary = "/usr/lib/dovecot/imap";

    private readonly TempDirectory _folder = new();
    private readonly TestAuthority _authority = new();
    private TokenEndpoint? _tokens;
    private Process? _server;
    private int _mailboxes;

    /// <summary>Whether it can run here.</summary>
    public bool IsAvailable { get; } =
        File.Exists(Binary) && File.Exists(LmtpBinary) && File.Exists(ImapBinary) && Environment.IsPrivilegedProcess;

    /// <summary>IMAP, with STARTTLS and without.</summary>
    public int ImapPort { get; private set; }

    /// <summary>IMAP with TLS from the first byte.</summary>
    public int ImapsPort { get; private set; }

    /// <summary>LMTP, where other servers hand over mail.</summary>
    public int LmtpPort { get; private set; }

    /// <summary>The process above all others of the server, if it runs.</summary>
    public int? ProcessId => _server?.Id;

    /// <summary>Who has signed this server's certificates.</summary>
    public TestAuthority Authority => _authority;

    /// <summary>The PEM file of <see cref="Authority"/>.</summary>
    public string AuthorityFile => Path.Combine(_folder.Path, "authority.pem");

    /// <summary>Where another server asks whether somebody may sign in (Dovecot's authentication protocol).</summary>
    internal string SaslSocket => Path.Combine(_folder.Path, "sasl");

    private string Configuration => Path.Combine(_folder.Path, "dovecot.conf");

    private string Log => Path.Combine(_folder.Path, "log");

    /// <summary>A new empty mailbox: <c>box1@example.test</c>, <c>box2@example.test</c> …, or of the name given.</summary>
    /// <param name="name">What stands before the @.</param>
    /// <param name="quotaBytes">What fits; 0 is any amount.</param>
    /// <param name="user">
    /// The system's user, by number, whose processes serve it; null is that of all others. For hundreds of connections that
    /// wait (IDLE): the kernel lets a user watch 128 folders at once, and Dovecot looks every half minute beyond.
    /// </param>
    public TestMailbox AddMailbox(string? name = null, long quotaBytes = 0, int? user = null)
    {
        var mailbox = new TestMailbox($"{name ?? $"box{Interlocked.Increment(ref _mailboxes)}"}@example.test", "open sesame");
        WriteUser(mailbox, quotaBytes, user);
        return mailbox;
    }

    /// <summary>Changes the password, and returns when the server knows it.</summary>
    public async Task<TestMailbox> ChangePasswordAsync(TestMailbox mailbox, string password)
    {
        var changed = mailbox with { Password = password };
        WriteUser(changed, 0);

        // The server looks at its files once a second, and at seconds only.
        File.SetLastWriteTimeUtc(UserFile(mailbox.Address), DateTime.UtcNow.AddSeconds(Random.Shared.Next(10, 10_000)));
        await Eventually.TrueAsync(
            async () => (await AdministerAsync("auth", "test", mailbox.Address, password)).Code == 0, "Dovecot to know the new password");
        return changed;
    }

    /// <summary>Makes an access token good for this mailbox.</summary>
    public void AcceptToken(TestMailbox mailbox, string token) => _tokens!.Accept(token, mailbox.Address);

    /// <summary>Makes an access token worthless.</summary>
    public void RevokeToken(string token) => _tokens!.Revoke(token);

    /// <summary>Open IMAP connections of a mailbox.</summary>
    public async Task<int> CountConnectionsAsync(TestMailbox mailbox)
    {
        var (_, output) = await AdministerAsync("-f", "tab", "who", mailbox.Address);
        return output.Split('\n')
            .Select(line => line.Split('\t'))
            .Where(cells => cells.Length > 2 && cells[0] == mailbox.Address)
            .Sum(cells => int.Parse(cells[1], CultureInfo.InvariantCulture));
    }

    /// <summary>How often a mailbox was signed in to since the start.</summary>
    public int CountSignIns(TestMailbox mailbox) => CountInLog($"imap-login: Info: Login: user=<{mailbox.Address}>");

    /// <summary>Lines of the server's log that hold a text.</summary>
    public int CountInLog(string text) => ReadLog().Split('\n').Count(line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Ends the connections of a mailbox; the server says BYE.</summary>
    public Task KickAsync(TestMailbox mailbox) => AdministerAsync("kick", mailbox.Address);

    /// <summary>Stops the server; every connection ends.</summary>
    public async Task StopAsync()
    {
        await ServerProcess.StopAsync(_server!);
        _server = null;
    }

    /// <summary>Starts it, on the same ports and files; returns when it answers.</summary>
    public async Task StartAsync()
    {
        _server = ServerProcess.Start(_folder.Path, Binary, "-F", "-c", Configuration);
        await Eventually.TrueAsync(AnswersAsync, "Dovecot to answer", TimeSpan.FromSeconds(60));
    }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        // The mail user has to get into a folder of root's, and the tests put mails where that user can move them.
        TempDirectory.Open(_folder.Path);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "users"));
        Directory.CreateDirectory(MailRoot);
        TempDirectory.Open(MailRoot, isWritable: true);

        _tokens = await TokenEndpoint.StartAsync();
        (ImapPort, ImapsPort, LmtpPort) = (Ports.Free(), Ports.Free(), Ports.Free());
        _authority.WriteAuthority(_folder.Path);
        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "oauth2.conf"), OAuthText());
        await File.WriteAllTextAsync(Configuration, ConfigurationText());
        await StartAsync();
    }

    /// <inheritdoc />
    public async Task DisposeAsync()
    {
        try
        {
            if (_server is not null)
            {
                await StopAsync();
            }

            if (_tokens is not null)
            {
                await _tokens.DisposeAsync();
            }
        }
        finally
        {
            _authority.Dispose();
            _folder.Dispose();
        }
    }

    private async Task<bool> AnswersAsync() => _server!.HasExited
        ? throw new InvalidOperationException($"Dovecot ended at start with code {_server.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(_folder.Path, "output"))}{ReadLog()}")
        : await ServerProcess.GreetsAsync(ImapPort, "* OK");

    private void WriteUser(TestMailbox mailbox, long quotaBytes, int? user = null)
    {
        var id = user?.ToString(CultureInfo.InvariantCulture) ?? "mail";
        var quota = quotaBytes > 0 ? string.Create(CultureInfo.InvariantCulture, $"userdb_quota_rule=*:bytes={quotaBytes}") : "";
        File.WriteAllText(
            UserFile(mailbox.Address),
            $"{mailbox.Address}:{{PLAIN}}{mailbox.Password}:{id}:{id}::{MailFolder(mailbox)}::{quota}\n");
    }

    // A file per user: Dovecot notices a change of a file a second late, and a new file at once.
    private string UserFile(string address) => Path.Combine(_folder.Path, "users", address);

    private Task<(int Code, string Output)> AdministerAsync(params string[] command)
        => ServerProcess.TryRunAsync(_folder.Path, ["doveadm", "-c", Configuration, .. command]);

    private string ReadLog()
    {
        try
        {
            using var file = new FileStream(Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var reader = new StreamReader(file);
            return reader.ReadToEnd();
        }
        catch (FileNotFoundException)
        {
            return "";
        }
    }
}
