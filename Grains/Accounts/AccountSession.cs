using OrleansIM.Accounts;
using OrleansIM.Presence;
using OrleansIM.Sessions;

namespace OrleansIM.Grains.Accounts;

/// <summary>A session that sees this account.</summary>
internal sealed class AccountSession
{
    public required string Id { get; init; }
    public required TokenClaims Token { get; init; }
    public required IGatewayObserver Gateway { get; init; }

    /// <summary>The process of the gateway.</summary>
    public required string? Node { get; init; }
    public required DateTimeOffset Since { get; init; }

    /// <summary>From where it was opened, if that is known.</summary>
    public string? From { get; init; }

    /// <summary>Signed in with this account, not with a master of its link group.</summary>
    public required bool IsOwn { get; init; }

    /// <summary>Until when it stays without being renewed.</summary>
    public required DateTimeOffset LeaseUntil { get; set; }

    /// <summary>What it has said about its user, and when, in the order of saying.</summary>
    public required SessionPresence Presence { get; set; }
    public required long PresenceOrder { get; set; }

    public string SignedInAs => Token.Account;
}
