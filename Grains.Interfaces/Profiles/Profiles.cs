namespace OrleansIM.Profiles;

/// <summary>What an account says about itself.</summary>
[GenerateSerializer, Immutable, Alias("im.Profile")]
public sealed record Profile
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required string DisplayName { get; init; }
    [Id(2)] public string? Email { get; init; }
    [Id(3)] public string? Description { get; init; }
    [Id(4)] public string? Avatar { get; init; }

    /// <summary>Addresses of the mailboxes bound to the account. Only on the way to friends, not in the account's own log.</summary>
    [Id(5)] public string[]? Mailboxes { get; init; }
}

/// <summary>A change of the profile: null leaves a field as it is, an empty string clears it.</summary>
[GenerateSerializer, Immutable, Alias("im.SetProfile")]
public sealed record SetProfile
{
    [Id(0)] public string? DisplayName { get; init; }
    [Id(1)] public string? Email { get; init; }
    [Id(2)] public string? Description { get; init; }
    [Id(3)] public string? Avatar { get; init; }
}

/// <summary>Which of the two key-value stores of an account.</summary>
public enum ValueStore
{
    /// <summary>Settings of the account, for clients to agree on.</summary>
    Settings = 1,
    /// <summary>Free-form data of the app: a game, a pet, anything.</summary>
    Custom = 2,
}

/// <summary>Sets or removes one value.</summary>
[GenerateSerializer, Immutable, Alias("im.SetValue")]
public sealed record SetValue
{
    [Id(0)] public required ValueStore Store { get; init; }
    [Id(1)] public required string Key { get; init; }

    /// <summary>JSON text; null removes the key.</summary>
    [Id(2)] public string? Json { get; init; }
}
