namespace OrleansIM.Grains.Service;

/// <summary>The service credentials, as they are stored.</summary>
internal sealed record ServiceCredentialsState
{
    public ServiceCredential[] Credentials { get; init; } = [];
}

/// <summary>A credential of an app's own servers. Its secrets are in no store: only their hashes are.</summary>
internal sealed record ServiceCredential
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string[] Scopes { get; init; }
    public string Prefix { get; init; } = "";
    public required int CallsPerMinute { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>See <see cref="Secrets.SpokenSecret.Hash"/>.</summary>
    public required string Hash { get; init; }

    /// <summary>The secret before it, while that is still good.</summary>
    public OldSecret? Old { get; init; }
}

/// <summary>A secret that was replaced.</summary>
internal sealed record OldSecret(string Hash, DateTimeOffset EndsAt);
