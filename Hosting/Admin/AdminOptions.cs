namespace OrleansIM.Hosting.Admin;

/// <summary>Section <c>Admin</c>: the API for operators. Read once, at start.</summary>
public sealed class AdminOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Admin";

    /// <summary>Characters of the secret, at least: what is as long and random cannot be guessed.</summary>
    public const int LeastSecret = 32;

    /// <summary>
    /// Where it listens, and nothing else does, such as <c>http://127.0.0.1:5081</c>. Whoever reaches it from elsewhere sends
    /// the secret over the network in the clear. Empty: there is no such API. Default: empty.
    /// </summary>
    public string Url { get; set; } = "";

    /// <summary>
    /// A file with the secret, of 32 characters or more; spaces and line ends around it do not count. Default: none.
    /// </summary>
    public string SecretFile { get; set; } = "";

    /// <summary>The secret itself, for the environment (<c>Admin__Secret</c>); refused on a command line, which others can see. Default: none.</summary>
    public string Secret { get; set; } = "";

    /// <summary>
    /// Whether Orleans' dashboard is at <c>/dashboard/</c> of <see cref="Url"/>, behind the secret. Every call of a grain is
    /// timed and counted then, which costs half as much again as a call inside a process does. Needs <see cref="Url"/>, the
    /// engine Orleans and its package <c>Microsoft.Orleans.Dashboard</c>. Default: false.
    /// </summary>
    public bool Dashboard { get; set; }
}
