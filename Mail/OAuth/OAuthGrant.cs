using System.Text;

namespace OrleansIM.Mail;

/// <summary>What access tokens are got for. Never prints its secrets.</summary>
public sealed record OAuthGrant(Uri TokenEndpoint, string RefreshToken)
{
    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("TokenEndpoint = ").Append(TokenEndpoint.IdnHost);
        return true;
    }
}

/// <summary>An access token and how long it may be used. Never prints its secrets.</summary>
/// <param name="AccessToken">The token.</param>
/// <param name="UseUntil">When to get the next, a little before it ends; null if the endpoint does not say.</param>
public sealed record OAuthAccess(string AccessToken, DateTimeOffset? UseUntil)
{
    /// <summary>The one to refresh with next time: an endpoint may give a new one each time, and then takes the old no more.</summary>
    public required string RefreshToken { get; init; }

    private bool PrintMembers(StringBuilder builder)
    {
        builder.Append("UseUntil = ").Append(UseUntil);
        return true;
    }
}
