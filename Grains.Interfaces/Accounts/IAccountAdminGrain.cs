using OrleansIM.Links;
using OrleansIM.Mailboxes;

namespace OrleansIM.Accounts;

/// <summary>
/// An account (key: account id) as an operator sees it: what is the matter with it, never what is in it. Whoever calls
/// this has been let in by the admin API.
/// </summary>
[Alias("im.IAccountAdminGrain")]
public interface IAccountAdminGrain : IGrainWithStringKey
{
    /// <summary>What there is to know. Refused: <c>unknown_account</c>, also for a deleted one.</summary>
    [Alias("Describe")]
    Task<Outcome<AccountDescription>> DescribeAsync();

    /// <summary>The sessions that see the account, those of masters of its link group included. Refused: <c>unknown_account</c>.</summary>
    [Alias("ListAllSessions")]
    Task<Outcome<SeenSession[]>> ListAllSessionsAsync();

    /// <summary>
    /// Signs a session out, its token with it; without one, every token of the account. App passwords stay. Refused:
    /// <c>unknown_account</c>, <c>invalid_argument</c> (no such session), <c>forbidden</c> (it was signed in with another account).
    /// </summary>
    [Alias("SignOut")]
    Task<Outcome> SignOutAsync(string? session);

    /// <summary>The mailboxes and the state of their channels, as the account knows it. Refused: <c>unknown_account</c>.</summary>
    [Alias("ListChannels")]
    Task<Outcome<MailboxChannel[]>> ListChannelsAsync();
}

/// <summary>An account, without anything its owner has written.</summary>
[GenerateSerializer, Immutable, Alias("im.AccountDescription")]
public sealed record AccountDescription
{
    [Id(0)] public required string Account { get; init; }
    [Id(1)] public required DateTimeOffset CreatedAt { get; init; }
    [Id(2)] public required bool IsDisabled { get; init; }

    /// <summary>Sessions that see it.</summary>
    [Id(3)] public required int Sessions { get; init; }
    [Id(4)] public required int Contacts { get; init; }
    [Id(5)] public required int Mailboxes { get; init; }
    [Id(6)] public required int AppPasswords { get; init; }

    /// <summary>The seq of the newest entry of its log.</summary>
    [Id(7)] public required long Head { get; init; }

    /// <summary>Its link group; null if it is in none.</summary>
    [Id(8)] public string? LinkGroup { get; init; }

    /// <summary>Its role there, and whom it sees.</summary>
    [Id(9)] public LinkRole? Role { get; init; }
    [Id(10)] public LinkMember[] Linked { get; init; } = [];

    /// <summary>The id of the invite it was made with; null if there was none.</summary>
    [Id(11)] public string? Invite { get; init; }
}

/// <summary>A session that sees an account.</summary>
[GenerateSerializer, Immutable, Alias("im.SeenSession")]
public sealed record SeenSession
{
    [Id(0)] public required string Session { get; init; }

    /// <summary>The account it was signed in with.</summary>
    [Id(1)] public required string SignedInAs { get; init; }
    [Id(2)] public required string Via { get; init; }
    [Id(3)] public required string Device { get; init; }
    [Id(4)] public required DateTimeOffset Since { get; init; }
    [Id(5)] public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>A mailbox and the way to it.</summary>
[GenerateSerializer, Immutable, Alias("im.MailboxChannel")]
public sealed record MailboxChannel
{
    [Id(0)] public required string Address { get; init; }

    /// <summary>False while the binding is not confirmed.</summary>
    [Id(1)] public required bool IsBound { get; init; }
    [Id(2)] public required ChannelState Channel { get; init; }
}
