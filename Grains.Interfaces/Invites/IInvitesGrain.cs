namespace OrleansIM.Invites;

/// <summary>
/// The codes that let somebody make an account where <c>Accounts:Registration</c> is <c>Invite</c>; one grain has all of
/// them (<see cref="Key"/>). Operators and app servers make codes, accounts use them up.
/// </summary>
/// <remarks>
/// A use is taken before the account is made and settled after it, each on disk. What is taken and not settled, because
/// something died in between, is found out by asking the account: a use is never lost, and never spent twice.
/// </remarks>
[Alias("im.IInvitesGrain")]
public interface IInvitesGrain : IGrainWithStringKey
{
    /// <summary>The key of the only one.</summary>
    const string Key = "invites";

    /// <summary>Makes a code. It is in the answer and nowhere else. Refused: <c>limit_reached</c> (<c>Accounts:MaxInvites</c>).</summary>
    [Alias("Create")]
    Task<Outcome<NewInvite>> CreateAsync(CreateInvite request);

    /// <summary>The invites that have not ended, used up or not, the oldest first; those of one maker, or all.</summary>
    [Alias("List")]
    Task<InviteInfo[]> ListAsync(string? madeBy);

    /// <summary>Ends an invite, if it is that maker's. Accounts made with it stay. Refused: <c>invalid_argument</c> (no such invite).</summary>
    [Alias("Revoke")]
    Task<Outcome> RevokeAsync(string id, string? madeBy);

    /// <summary>Whether a code would make an account now. Refused: <c>bad_invite</c>.</summary>
    [Alias("Check")]
    Task<Outcome> CheckAsync(string? code, string account);

    /// <summary>Takes a use, durably, and answers the id of the invite. Refused: <c>bad_invite</c>.</summary>
    /// <param name="code">The code.</param>
    /// <param name="account">The account that is about to be made.</param>
    /// <param name="use">Names this use for good, and is stored in the account.</param>
    [Alias("Take")]
    Task<Outcome<string>> TakeAsync(string? code, string account, string use);

    /// <summary>Says what became of a use: spent, or free again.</summary>
    [Alias("Settle")]
    Task SettleAsync(string invite, string use, bool isMade);
}

/// <summary>A request for an invite; shape was checked by who passes it on.</summary>
[GenerateSerializer, Immutable, Alias("im.CreateInvite")]
public sealed record CreateInvite
{
    /// <summary>How many accounts it makes.</summary>
    [Id(0)] public required int Uses { get; init; }
    [Id(1)] public required TimeSpan Lifetime { get; init; }

    /// <summary>For whoever looks at the list.</summary>
    [Id(2)] public string? Note { get; init; }

    /// <summary>The service credential that makes it; null for an operator.</summary>
    [Id(3)] public string? MadeBy { get; init; }

    /// <summary>What the ids of its accounts begin with; empty for any.</summary>
    [Id(4)] public string Prefix { get; init; } = "";
}

/// <summary>A new invite, with its code.</summary>
[GenerateSerializer, Immutable, Alias("im.NewInvite")]
public sealed record NewInvite
{
    [Id(0)] public required string Code { get; init; }
    [Id(1)] public required InviteInfo Invite { get; init; }
}

/// <summary>An invite, without its code.</summary>
[GenerateSerializer, Immutable, Alias("im.InviteInfo")]
public sealed record InviteInfo
{
    [Id(0)] public required string Id { get; init; }
    [Id(1)] public required int Uses { get; init; }

    /// <summary>How many are spent, or are being spent.</summary>
    [Id(2)] public required int Used { get; init; }
    [Id(3)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(4)] public required DateTimeOffset EndsAt { get; init; }
    [Id(5)] public string? Note { get; init; }
    [Id(6)] public string? MadeBy { get; init; }
    [Id(7)] public string Prefix { get; init; } = "";
}
