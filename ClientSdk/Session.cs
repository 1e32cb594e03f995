using System.Text;

namespace OrleansIM.Client;

/// <summary>
/// A sign-in, as an app keeps it to go on later without a password (<see cref="ImClient.OpenAsync"/>,
/// <see cref="ImClient.ConnectAsync"/>). Keep the token as secret as a password; it is never printed.
/// </summary>
/// <param name="Account">The account that signed in.</param>
/// <param name="Token">Its token.</param>
public sealed record Session(string Account, string Token)
{
    /// <summary>What it signed in with: <c>account</c>, <c>mailbox</c> or <c>jwt</c>; empty if that is not known.</summary>
    public string Via { get; init => field = value ?? ""; } = "";

    /// <summary>When the token ends; null if that is not known.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Account = ").Append(Account).Append(", Via = ").Append(Via).Append(", ExpiresAt = ").Append(ExpiresAt);
        return true;
    }
}
