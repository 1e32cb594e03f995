namespace OrleansIM.Service;

/// <summary>
/// The credentials of an app's own servers, for the operator (key: <see cref="IServiceGrain.Key"/>). Whoever calls this has
/// been let in by the admin API.
/// </summary>
[Alias("im.IServiceCredentialsGrain")]
public interface IServiceCredentialsGrain : IGrainWithStringKey
{
    /// <summary>Makes a credential. Its secret is in the answer and nowhere else. Refused: <c>limit_reached</c> (100).</summary>
    [Alias("Create")]
    Task<Outcome<NewServiceSecret>> CreateAsync(CreateServiceCredential request);

    /// <summary>All of them, the oldest first.</summary>
    [Alias("List")]
    Task<ServiceCredentialInfo[]> ListAsync();

    /// <summary>
    /// Gives a credential another secret; the one it has is good for <paramref name="overlap"/> longer, one before that not any
    /// more. Refused: <c>invalid_argument</c> (no such credential).
    /// </summary>
    [Alias("Rotate")]
    Task<Outcome<NewServiceSecret>> RotateAsync(string id, TimeSpan overlap);

    /// <summary>Ends a credential at once. Refused: <c>invalid_argument</c> (no such credential).</summary>
    [Alias("Revoke")]
    Task<Outcome> RevokeAsync(string id);
}

/// <summary>A request for a credential; shape was checked by who passes it on.</summary>
[GenerateSerializer, Immutable, Alias("im.CreateServiceCredential")]
public sealed record CreateServiceCredential
{
    /// <summary>For the operator.</summary>
    [Id(0)] public required string Name { get; init; }

    /// <summary>Of <see cref="ServiceScopes.All"/>.</summary>
    [Id(1)] public required string[] Scopes { get; init; }

    /// <summary>What the ids of the accounts it may touch begin with; empty for all.</summary>
    [Id(2)] public string Prefix { get; init; } = "";

    /// <summary>Calls in a minute, each recipient of a message being one.</summary>
    [Id(3)] public required int CallsPerMinute { get; init; }
}

/// <summary>A new secret, and whose it is.</summary>
[GenerateSerializer, Immutable, Alias("im.NewServiceSecret")]
public sealed record NewServiceSecret
{
    [Id(0)] public required string Secret { get; init; }
    [Id(1)] public required ServiceCredentialInfo Credential { get; init; }
}

/// <summary>A credential, without its secret.</summary>
[GenerateSerializer, Immutable, Alias("im.ServiceCredentialInfo")]
public sealed record ServiceCredentialInfo
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required string Name { get; init; }
    [Id(2)] public required string[] Scopes { get; init; }
    [Id(3)] public required string Prefix { get; init; }
    [Id(4)] public required int CallsPerMinute { get; init; }
    [Id(5)] public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Until when the secret before the last one is good; null if it is not.</summary>
    [Id(6)] public DateTimeOffset? OldSecretEndsAt { get; init; }
}
