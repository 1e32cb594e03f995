namespace OrleansIM.Client;

/// <summary>A new app password, with its secret.</summary>
public sealed record NewAppPassword
{
    /// <summary>Its id, to revoke it.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>What it was called.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>The secret, in groups a person can type. It is here once: show it, do not keep it.</summary>
    public string Password { get; init => field = value ?? ""; } = "";
}

/// <summary>An app password that is alive.</summary>
public sealed record AppPassword
{
    /// <summary>Its id, to revoke it.</summary>
    public string Id { get; init => field = value ?? ""; } = "";
    /// <summary>What it was called.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    /// <summary>When it signed in last, give or take an hour; null if it never did.</summary>
    public DateTimeOffset? LastUsed { get; init; }
}
