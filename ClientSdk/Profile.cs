namespace OrleansIM.Client;

/// <summary>What an account says about itself. Null where it says nothing.</summary>
public sealed record Profile
{
    /// <summary>The name people see.</summary>
    public string? DisplayName { get; init; }
    /// <summary>The mail address.</summary>
    public string? Email { get; init; }
    /// <summary>Free text.</summary>
    public string? Description { get; init; }
    /// <summary>The picture, as the account's client put it there (an address or a name).</summary>
    public string? Avatar { get; init; }
}
