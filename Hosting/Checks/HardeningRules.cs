using Npgsql;
using OrleansIM.Gateway;
using OrleansIM.Hosting.Storage;

namespace OrleansIM.Hosting.Checks;

/// <summary>The checklist for operators (docs/security.md), as far as it can be seen in settings. Pure.</summary>
internal static partial class HardeningRules
{
    private delegate IEnumerable<Finding> Rule(HardeningFacts facts);

    /// <summary>What can be found.</summary>
    public static IReadOnlyList<string> Ids { get; } =
    [
        "edge-tls", "proxy-bypass", "password-length", "password-hash", "registration-open", "keys-at-rest", "database-tls", "database-detail", "secret-on-command-line", "secret-in-config",
        "secret-file-open", "cluster-tls", "mail-private-hosts", "mail-any-host", "mail-sign-in", "issuer-http", "issuer-secret", "issuer-prefix", "issuer-lifetime", "audit-off",
        "admin-address", "metrics-address",
    ];

    private static readonly Rule[] s_rules = [Edge, Passwords, Keys, Database, Secrets, Cluster, Mail, Issuers, Audit, Operators];

    /// <summary>Everything that is not as the checklist has it, what matters most first.</summary>
    public static IReadOnlyList<Finding> Look(HardeningFacts facts) => [.. s_rules.SelectMany(rule => rule(facts)).OrderBy(finding => finding.Severity)];

    private static IEnumerable<Finding> Edge(HardeningFacts facts)
    {
        var open = facts.Addresses.Where(url => !url.StartsWith("https:", StringComparison.OrdinalIgnoreCase) && !HardeningFacts.IsLoopback(url)).ToArray();
        if (open.Length > 0 && !facts.IsBehindProxy)
        {
            yield return new("edge-tls", Severity.High, $"{string.Join(", ", open)}: passwords and messages cross the network in the clear.",
                "Listen at https and give Tls:CertificateFile and Tls:KeyFile; or put a proxy with TLS in front, let nobody but it reach this address, and set ASPNETCORE_FORWARDEDHEADERS_ENABLED=true.");
        }

        if (facts.IsBehindProxy && facts.Addresses.Any(url => !HardeningFacts.IsLoopback(url)))
        {
            yield return new("proxy-bypass", Severity.Advice, "The headers of a proxy are believed, and the address is open to the network: who goes past the proxy chooses the source that is limited and logged.",
                "Let nobody but the proxy reach this address (a network policy, a firewall).");
        }
    }

    private static IEnumerable<Finding> Passwords(HardeningFacts facts)
    {
        if (facts.Number("Gateway:MinPasswordLength", new GatewayOptions().MinPasswordLength) is var least and < 8)
        {
            // The protocol asks for no more, so the default does not; whoever sets it has thought of it.
            var isGiven = facts["Gateway:MinPasswordLength"].Length > 0;
            yield return new("password-length", isGiven ? Severity.Medium : Severity.Advice,
                $"A password may have {least} character(s), {(isGiven ? "and the setting says so" : "which is the default of the protocol; given in the settings, it would count as unsafe")}.",
                "Gateway:MinPasswordLength=8 or more.");
        }

        if (facts.Number("Accounts:PasswordIterations", 210_000) is var rounds and < 210_000)
        {
            yield return new("password-hash", Severity.High, $"Passwords are hashed with {rounds} rounds: a stolen database gives them away sooner.", "Leave Accounts:PasswordIterations out, or set 210000 or more.");
        }

        if (facts["Accounts:Registration"].ToUpperInvariant() is not ("CLOSED" or "INVITE"))
        {
            yield return new("registration-open", Severity.Advice, "Everybody may make accounts.", "Accounts:Registration=Closed where nobody is to register, Invite where some are.");
        }
    }

    private static IEnumerable<Finding> Keys(HardeningFacts facts)
    {
        if (facts["Keys:CertificateFile"].Length == 0)
        {
            // A server of its own keeps the file as it keeps everything; a database has administrators, replicas and backups.
            yield return new("keys-at-rest", facts.HasDatabaseServer ? Severity.Medium : Severity.Advice,
                "The Data Protection keys are in the database as they are: whoever reads it, or a backup, can make tokens and read the secrets of mailboxes.",
                "Keys:CertificateFile, kept apart from the database and its backups.");
        }
    }

    private static IEnumerable<Finding> Database(HardeningFacts facts)
    {
        if (!facts.HasDatabaseServer)
        {
            yield break;
        }

        NpgsqlConnectionStringBuilder connection;
        try
        {
            connection = new(facts["Storage:ConnectionString"]);
        }
        catch (Exception malformed) when (malformed is ArgumentException or FormatException or InvalidCastException or OverflowException or KeyNotFoundException)
        {
            // It is named as a fault, and the server does not start with it.
            yield break;
        }

        var isFar = (connection.Host ?? "").Split(',').Any(host => !HardeningFacts.IsLoopbackHost(host.Split(':')[0]));
        if (isFar && connection.SslMode is not (SslMode.VerifyFull or SslMode.VerifyCA))
        {
            yield return new("database-tls", connection.SslMode == SslMode.Require ? Severity.Medium : Severity.High,
                $"Ssl Mode={connection.SslMode} of Storage:ConnectionString: whoever is between here and the database can take its place, and has every message and key.",
                "Ssl Mode=VerifyFull, and Root Certificate=FILE where the authority is not one of the system's.");
        }

        if (connection.IncludeErrorDetail || connection.PersistSecurityInfo)
        {
            yield return new("database-detail", Severity.Medium, "Include Error Detail or Persist Security Info of Storage:ConnectionString puts data of rows, or the password, into errors.", "Leave both out.");
        }
    }

    private static IEnumerable<Finding> Cluster(HardeningFacts facts)
    {
        if (facts.IsClustered && facts["Cluster:Tls:CertificateFile"].Length == 0)
        {
            yield return new("cluster-tls", Severity.Medium, "Processes of the cluster speak to one another in the clear, and whoever reaches their port is one of them.",
                "Cluster:Tls:CertificateFile, KeyFile and AuthorityFile; and in any case a network that nobody else reaches.");
        }
    }

    private static IEnumerable<Finding> Mail(HardeningFacts facts)
    {
        if (facts.IsOn("Mail:AllowPrivateHosts"))
        {
            yield return new("mail-private-hosts", Severity.High, "Users may have the server connect to your own network.", "Leave Mail:AllowPrivateHosts out; name a mail server of your own in Mail:AllowedHosts.");
        }

        if (!facts.Settings.GetSection("Mail:AllowedHosts").GetChildren().Any())
        {
            yield return new("mail-any-host", Severity.Advice, "Users may name any mail server of the internet.", "Mail:AllowedHosts where the mail servers are known.");
        }

        if (facts["Mail:SignIn"] is "" || facts["Mail:SignIn"].Equals("Full", StringComparison.OrdinalIgnoreCase))
        {
            yield return new("mail-sign-in", Severity.Advice, "Whoever can reset the password of a bound mailbox gets its account.", "Mail:SignIn=MailOnly or Off where that is not wanted.");
        }
    }
}
