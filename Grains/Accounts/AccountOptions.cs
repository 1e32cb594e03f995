namespace OrleansIM.Grains.Accounts;

/// <summary>Section <c>Accounts</c>.</summary>
public sealed class AccountOptions
{
    /// <summary>
    /// Who may make an account with a password. Accounts made by the tokens of an issuer (<c>Identity:Issuers</c>) are that
    /// issuer's affair. Default: <see cref="RegistrationPolicy.Open"/>.
    /// </summary>
    public RegistrationPolicy Registration { get; set; } = RegistrationPolicy.Open;

    /// <summary>
    /// Rounds of PBKDF2-HMAC-SHA512 for a password. Default: 210,000 (OWASP Password Storage Cheat Sheet). Older hashes
    /// with fewer rounds are renewed at the next sign-in.
    /// </summary>
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>How many passwords are hashed at once in a silo. Default: all processors but one, at least 1.</summary>
    public int HashingParallelism { get; set; } = Math.Max(1, Environment.ProcessorCount - 1);

    /// <summary>How many may wait for that; over it, sign-ins are refused with <c>unavailable</c>. Default: 500.</summary>
    public int HashingQueue { get; set; } = 500;

    /// <summary>Failed sign-ins in a row before an account slows down. Default: 5.</summary>
    public int SlowDownAfter { get; set; } = 5;

    /// <summary>The longest pause between two attempts after that; it begins at 1 s and doubles. Default: 60 s.</summary>
    public TimeSpan SlowDownMax { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>The most contacts of an account. Default: 2,000.</summary>
    public int MaxContacts { get; set; } = 2_000;

    /// <summary>The most keys in each of settings and custom data. Default: 256.</summary>
    public int MaxValues { get; set; } = 256;

    /// <summary>The most sessions that see an account at once. Default: 64.</summary>
    public int MaxSessions { get; set; } = 64;

    /// <summary>
    /// The most devices that are signed in to an account, connected or not. Over it the one that was not heard of for the longest
    /// time is signed out. Default: 100.
    /// </summary>
    public int MaxDevices { get; set; } = 100;

    /// <summary>The most app passwords of an account. Default: 20.</summary>
    public int MaxAppPasswords { get; set; } = 20;

    /// <summary>The most invites that have not ended. Default: 1,000.</summary>
    public int MaxInvites { get; set; } = 1_000;

    /// <summary>How often the owner may begin to download everything about the account, per hour. Default: 6.</summary>
    public int ExportsPerHour { get; set; } = 6;

    /// <summary>How long a session stays without being renewed by its gateway. Default: 2 minutes.</summary>
    public TimeSpan SessionLease { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long deliveries are collected before their senders are told: one receipt per sender says all of them. Longer
    /// means fewer receipts to store. Default: 500 ms.
    /// </summary>
    public TimeSpan DeliveryReceiptDelay { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the same of typing is passed on to the same peer; the rest is dropped. Default: 1 s.</summary>
    public TimeSpan TypingInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long somebody types without saying so again. Default: 6 s.</summary>
    public TimeSpan TypingExpires { get; set; } = TimeSpan.FromSeconds(6);
}

/// <summary>Who may make an account with a password.</summary>
public enum RegistrationPolicy
{
    /// <summary>Everybody.</summary>
    Open,
    /// <summary>Who has the code of an invite.</summary>
    Invite,
    /// <summary>Nobody: refused with <c>forbidden</c>.</summary>
    Closed,
}
