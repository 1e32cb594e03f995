namespace OrleansIM.Accounts;

/// <summary>The accounts there are (key: <see cref="Key"/>). Only operators call this.</summary>
[Alias("im.IAccountListGrain")]
public interface IAccountListGrain : IGrainWithStringKey
{
    /// <summary>The one there is.</summary>
    const string Key = "accounts";

    /// <summary>Some accounts in the order of their ids, without those that were deleted.</summary>
    /// <param name="prefix">What their ids begin with, in lower case; empty for all.</param>
    /// <param name="after">The id that they come after; empty for the first ones.</param>
    /// <param name="limit">How many are looked at, deleted ones included.</param>
    [Alias("Read")]
    Task<AccountListPage> ReadAsync(string prefix, string after, int limit);
}

/// <summary>A part of the list of accounts.</summary>
[GenerateSerializer, Immutable, Alias("im.AccountListPage")]
public sealed record AccountListPage
{
    [Id(0)] public required ListedAccount[] Accounts { get; init; }

    /// <summary>After which id it goes on; null at the end.</summary>
    [Id(1)] public string? Next { get; init; }
}

/// <summary>An account in the list.</summary>
[GenerateSerializer, Immutable, Alias("im.ListedAccount")]
public sealed record ListedAccount
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(2)] public required bool IsDisabled { get; init; }
}
