namespace OrleansIM.Mail;

/// <summary>Section <c>Mail</c>.</summary>
public sealed class MailOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Mail";

    /// <summary>
    /// Whether mail servers on private, loopback and link-local addresses may be reached. What counts is the address that
    /// a name resolves to. Default: false.
    /// </summary>
    public bool AllowPrivateHosts { get; set; }

    /// <summary>
    /// The only hosts that may be reached: names, <c>*.example.com</c> for all below, or addresses and networks
    /// (<c>10.1.0.0/16</c>) that a name resolves to. It does not open private addresses. Empty: any. Default: empty.
    /// </summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Hosts that may never be reached, in the same form. Default: empty.</summary>
    public IList<string> DeniedHosts { get; } = [];

    /// <summary>
    /// The only ports that may be reached. Empty: those of mail and of the web (80, 143, 443, 465, 587, 993) and every port
    /// from 1024 up, where people put servers of their own; not 25, which takes mail from anybody and would make this
    /// service a sender of spam, and nothing else below 1024. Default: empty.
    /// </summary>
    public IList<int> AllowedPorts { get; } = [];

    /// <summary>
    /// The DNS servers that are asked for the mail servers of a domain (RFC 6186): <c>192.0.2.53</c> or
    /// <c>192.0.2.53:5353</c>. Empty: the system's. Default: empty.
    /// </summary>
    public IList<string> NameServers { get; } = [];

    /// <summary>
    /// A PEM file of certificate authorities that are trusted besides the system's, for mail servers with a private one.
    /// Default: none.
    /// </summary>
    public string? TrustedAuthorities { get; set; }

    /// <summary>Settings per mail domain, so that users need not know hosts and ports. Default: none.</summary>
    public IDictionary<string, MailDomain> Domains { get; } = new Dictionary<string, MailDomain>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long a connection may take until it is open, TLS included. Default: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one operation at a mail server may take. Default: 30 s.</summary>
    public TimeSpan AnswerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes a mail server may say in one operation. Default: 16 MiB.</summary>
    public int MaxAnswerBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>How often a server without IDLE is asked. Default: 60 s.</summary>
    public TimeSpan PollEvery { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>When IDLE is begun anew; under the 29 minutes of RFC 2177. Default: 9 minutes, for what sits between.</summary>
    public TimeSpan IdleRenewal { get; set; } = TimeSpan.FromMinutes(9);

    /// <summary>How many seconds a channel stays open after the account's last session has ended. Default: 30.</summary>
    public int LingerSeconds { get; set; } = 30;

    /// <summary>How many unread mails a summary shows. Default: 20.</summary>
    public int SummaryMails { get; set; } = 20;

    /// <summary>How many mails of each folder are looked at for addresses. Default: 500.</summary>
    public int HarvestMails { get; set; } = 500;

    /// <summary>Contacts of a mailbox that are kept; the newest stay. Default: 10,000.</summary>
    public int MaxContacts { get; set; } = 10_000;

    /// <summary>How many bytes an address book server may say in one synchronization; the rest follows in the next. Default: 64 MiB.</summary>
    public int MaxContactBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How long one synchronization with an address book server goes on; the rest follows in the next. Default: 2 minutes.</summary>
    public TimeSpan ContactsTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Mailboxes of an account. Default: 5.</summary>
    public int MaxMailboxes { get; set; } = 5;

    /// <summary>Recipients of a mail. Default: 50.</summary>
    public int MaxRecipients { get; set; } = 50;

    /// <summary>Connections to mail servers that a silo has at once; more wait. Default: 2,000.</summary>
    public int MaxConnections { get; set; } = 2_000;

    /// <summary>Connections to one mail host that a silo has at once; more wait. Default: 200.</summary>
    public int MaxConnectionsPerHost { get; set; } = 200;

    /// <summary>Connections that are being opened to one mail host at once; more wait. Default: 10.</summary>
    public int MaxOpeningPerHost { get; set; } = 10;

    /// <summary>The first pause after a failure; it doubles, with jitter. Default: 2 s.</summary>
    public TimeSpan RetryFirst { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause after failures. Default: 5 minutes.</summary>
    public TimeSpan RetryMost { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Who may sign in with a mailbox's address and password. Default: <c>Full</c>.</summary>
    public MailSignIn SignIn { get; set; } = MailSignIn.Full;
}

/// <summary>What a sign-in with a mailbox's credentials is good for.</summary>
public enum MailSignIn
{
    /// <summary>The account, as if its own password had been given.</summary>
    Full = 1,
    /// <summary>Nothing: it is refused like a wrong password.</summary>
    Off = 2,
    /// <summary>The account's page, its mail and its messages; not its links, password, mailboxes and other sessions.</summary>
    MailOnly = 3,
}

/// <summary>The servers of a mail domain.</summary>
public sealed class MailDomain
{
    public MailDomainServer Imap { get; set; } = new();
    public MailDomainServer? Smtp { get; set; }

    /// <summary>Where CardDAV discovery begins (RFC 6764); none if left out.</summary>
    public Uri? CardDav { get; set; }

    /// <summary>What users sign in with there: <c>{address}</c> or <c>{local}</c>. Default: <c>{address}</c>.</summary>
    public string User { get; set; } = "{address}";

    /// <summary>Whether the server puts what is submitted into the Sent folder itself. Default: false.</summary>
    public bool KeepsSent { get; set; }
}

/// <summary>A server in a template.</summary>
public sealed class MailDomainServer
{
    public string Host { get; set; } = "";
    public int Port { get; set; }
    public MailSecurity Security { get; set; } = MailSecurity.Tls;
}
