using System.Diagnostics;
using Xunit;

namespace OrleansIM.TestSupport;

/// <summary>
/// A real submission server, Postfix of Debian's packages: a temporary folder, loopback, free ports, gone after the tests.
/// It asks <see cref="DovecotServer"/> who may sign in, so a mailbox there is an account here, with the same mechanisms, and
/// hands over to its mailboxes by LMTP. Where Postfix is not installed <see cref="IsAvailable"/> is false and tests skip
/// themselves.
/// </summary>
public sealed class SubmissionServer(DovecotServer dovecot) : IAsyncLifetime
{
    /// <summary>Why tests are skipped when <see cref="IsAvailable"/> is false.</summary>
    public const string MissingReason =
        "Postfix or Dovecot is not installed (Debian: apt-get install postfix dovecot-imapd dovecot-lmtpd), or the tests do not run as root.";

    /// <summary>A recipient that it refuses for good (550).</summary>
    public const string UnknownRecipient = "nobody@example.test";

    /// <summary>A recipient that it refuses for now (450).</summary>
    public const string LaterRecipient = "later@example.test";

    /// <summary>A message with this in its subject is refused after it was sent (550).</summary>
    public const string UnwantedSubject = "unwanted";

    /// <summary>A message of more bytes is refused (552).</summary>
    public const int MostBytes = 200_000;

    private const string Daemons = "/usr/lib/postfix/sbin";

    private readonly TempDirectory _folder = new();
    private Process? _server;

    /// <summary>Whether it can run here.</summary>
    public bool IsAvailable => dovecot.IsAvailable && File.Exists(Path.Combine(Daemons, "master"));

    /// <summary>Submission with STARTTLS, which it insists on (587 elsewhere).</summary>
    public int StartTlsPort { get; private set; }

    /// <summary>Submission with TLS from the first byte (465 elsewhere).</summary>
    public int TlsPort { get; private set; }

    /// <summary>Submission without TLS.</summary>
    public int PlainPort { get; private set; }

    /// <inheritdoc />
    public async Task InitializeAsync()
    {
        if (!IsAvailable)
        {
            return;
        }

        TempDirectory.Open(_folder.Path);
        (StartTlsPort, TlsPort, PlainPort) = (Ports.Free(), Ports.Free(), Ports.Free());
        await WriteConfigurationAsync();
        await StartAsync();
    }

    /// <summary>Stops the server; what it has taken and not handed over waits for the next start.</summary>
    public async Task StopAsync()
    {
        await ServerProcess.StopAsync(_server!);
        _server = null;
    }

    /// <summary>Starts it, on the same ports and files; returns when it answers.</summary>
    public async Task StartAsync()
    {
        // Not by its script, which takes seconds for checks.
        _server = ServerProcess.Start(_folder.Path, Path.Combine(Daemons, "master"), "-c", _folder.Path, "-d");
        await Eventually.TrueAsync(AnswersAsync, "Postfix to answer", TimeSpan.FromSeconds(60));
    }

    /// <summary>What it has logged.</summary>
    public string ReadLog()
    {
        using var file = new FileStream(Path.Combine(_folder.Path, "log"), FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
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
        }
        finally
        {
            _folder.Dispose();
        }
    }

    private async Task<bool> AnswersAsync() => _server!.HasExited
        ? throw new InvalidOperationException($"Postfix ended at start with code {_server.ExitCode}: {await File.ReadAllTextAsync(Path.Combine(_folder.Path, "output"))}{ReadLog()}")
        : await ServerProcess.GreetsAsync(PlainPort, "220");

    private async Task WriteConfigurationAsync()
    {
        var folder = _folder.Path;
        string[] queues =
            ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "maildrop", "pid", "private", "public", "saved", "trace"];
        Directory.CreateDirectory(Path.Combine(folder, "queue"));
        await ServerProcess.RunAsync(folder, ["install", "-d", "-o", "postfix", "data", .. queues.Select(name => Path.Combine("queue", name))]);
        await File.WriteAllTextAsync(Path.Combine(folder, "boxes"), "!/^nobody@/ OK\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "access"), "/^later@/ 450 4.2.1 come back later\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "headers"), $"/^Subject: .*{UnwantedSubject}/ REJECT nobody wants this\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "main.cf"), MainText());
        await File.WriteAllTextAsync(Path.Combine(folder, "master.cf"), ServicesText());
    }

    private string MainText()
    {
        var folder = _folder.Path;
        var (certificate, key) = dovecot.Authority.Write(folder, "server", DovecotServer.Host, "127.0.0.1");
        return $"""
            compatibility_level = 3.6
            myhostname = localhost
            mydestination =
            mynetworks =
            inet_interfaces = 127.0.0.1
            inet_protocols = ipv4
            queue_directory = {folder}/queue
            data_directory = {folder}/data
            maillog_file = {folder}/log
            maillog_file_prefixes = {folder}
            mail_owner = postfix
            setgid_group = postdrop
            daemon_directory = {Daemons}
            alias_maps =
            local_recipient_maps =
            biff = no
            smtpd_tls_cert_file = {certificate}
            smtpd_tls_key_file = {key}
            smtpd_tls_auth_only = no
            smtpd_sasl_auth_enable = yes
            smtpd_sasl_type = dovecot
            smtpd_sasl_path = {dovecot.SaslSocket}
            smtpd_sasl_security_options = noanonymous
            smtpd_relay_restrictions = permit_sasl_authenticated, reject
            smtpd_recipient_restrictions = check_recipient_access regexp:{folder}/access, reject_unlisted_recipient, permit_sasl_authenticated, reject
            smtpd_error_sleep_time = 0
            smtpd_client_connection_count_limit = 0
            virtual_mailbox_domains = example.test
            virtual_mailbox_maps = regexp:{folder}/boxes
            virtual_transport = lmtp:inet:127.0.0.1:{dovecot.LmtpPort}
            default_transport = error:this server hands over to its own mailboxes only
            header_checks = regexp:{folder}/headers
            message_size_limit = {MostBytes}
            bounce_queue_lifetime = 0

            """;
    }

    private string ServicesText() => $"""
        127.0.0.1:{StartTlsPort} inet n - n - - smtpd -o smtpd_tls_security_level=encrypt
        127.0.0.1:{TlsPort} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
        127.0.0.1:{PlainPort} inet n - n - - smtpd -o smtpd_tls_security_level=none
        pickup unix n - n 60 1 pickup
        cleanup unix n - n - 0 cleanup
        qmgr unix n - n 300 1 qmgr
        tlsmgr unix - - n 1000? 1 tlsmgr
        rewrite unix - - n - - trivial-rewrite
        bounce unix - - n - 0 bounce
        defer unix - - n - 0 bounce
        trace unix - - n - 0 bounce
        verify unix - - n - 1 verify
        proxymap unix - - n - - proxymap
        proxywrite unix - - n - 1 proxymap
        error unix - - n - - error
        retry unix - - n - - error
        lmtp unix - - n - - lmtp
        anvil unix - - n - 1 anvil
        scache unix - - n - 1 scache
        postlog unix-dgram n - n - 1 postlogd

        """;
}
