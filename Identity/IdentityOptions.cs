namespace OrleansIM.Identity;

/// <summary>Who else may say who somebody is (section <c>Identity</c>). The same in every process of a cluster.</summary>
public sealed class IdentityOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Identity";

    /// <summary>The issuers whose tokens sign in, by a name of the operator's choice, which is what logs call them. Default: none.</summary>
    public IDictionary<string, IssuerOptions> Issuers { get; } = new Dictionary<string, IssuerOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether keys may be fetched over plain http from this very machine, for development and tests. Default: false.</summary>
    public bool AllowHttpOnLoopback { get; set; }

    /// <summary>How long fetched keys are used before they are fetched again. Default: 1 hour.</summary>
    public TimeSpan KeysMaxAge { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long fetched keys go on being used while the issuer cannot be reached. Default: 24 hours.</summary>
    public TimeSpan KeysKeptFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// The least time between two fetches from one issuer, whatever asks for them: a token that names an unknown key asks for
    /// one. Default: 30 seconds.
    /// </summary>
    public TimeSpan FetchPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long fetching keys may take, all of it. Default: 5 seconds.</summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The most bytes of a document with keys. Default: 256 KiB.</summary>
    public int MaxKeyBytes { get; set; } = 256 * 1024;
}

/// <summary>An issuer of tokens (section <c>Identity:Issuers:&lt;name&gt;</c>).</summary>
public sealed class IssuerOptions
{
    /// <summary>What <c>iss</c> of its tokens is, to the letter. Default: <see cref="Authority"/>.</summary>
    public string? Issuer { get; set; }

    /// <summary>What <c>aud</c> of a token has to name one of. Required: a token for another service signs in nobody here.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>
    /// The address of an OpenID provider: <c>/.well-known/openid-configuration</c> below it says where the keys are. One of
    /// <see cref="Authority"/>, <see cref="JwksUrl"/>, <see cref="KeyFiles"/> and <see cref="SecretFile"/> is given.
    /// </summary>
    public string? Authority { get; set; }

    /// <summary>Where the keys are (RFC 7517).</summary>
    public string? JwksUrl { get; set; }

    /// <summary>Files with public keys: PEM (a key or a certificate) or JWKS. Read at start.</summary>
    public IList<string> KeyFiles { get; } = [];

    /// <summary>
    /// A file with a secret shared with the issuer, in Base64, 32 bytes or more. Whoever can read it can sign in as anybody of
    /// this issuer; public keys are better wherever the issuer has them.
    /// </summary>
    public string? SecretFile { get; set; }

    /// <summary>
    /// The algorithms that are taken. Default: RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512; with
    /// <see cref="SecretFile"/> HS256, HS384, HS512. The two kinds are never mixed, and <c>none</c> is not among them.
    /// </summary>
    public IList<string> Algorithms { get; } = [];

    /// <summary>
    /// The account id of a subject: fixed characters around <c>{sub}</c>, or around <c>{hash}</c> (24 characters that stand for
    /// issuer and subject) where subjects are longer than an id may be or have other characters. Example: <c>game.{sub}</c>.
    /// </summary>
    public string Account { get; set; } = "";

    /// <summary>Whether an account is made when its subject is seen for the first time. Default: true.</summary>
    public bool Provision { get; set; } = true;

    /// <summary>The claim that becomes the display name of a new account. Default: none.</summary>
    public string? DisplayNameClaim { get; set; }

    /// <summary>
    /// The claim that becomes the mail address of a new account's profile; not taken where <c>email_verified</c> is false.
    /// Default: none.
    /// </summary>
    public string? EmailClaim { get; set; }

    /// <summary>How far the clocks may differ. Default: 30 seconds.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);
}
