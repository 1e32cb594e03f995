using System.Security.Cryptography;
using OrleansIM.Grains.Secrets;
using OrleansIM.Protocol;
using OrleansIM.Service;

namespace OrleansIM.Grains.Service;

/// <summary>What a service credential is let do, and what becomes of it. Pure.</summary>
internal static class ServiceRules
{
    /// <summary>The most credentials.</summary>
    public const int MaxCredentials = 100;

    // Whoever finds one where it should not be sees what it is.
    private const string Mark = "ims_";
    private const int IdLength = 16;
    private const int KeyLength = 64;

    public static Refusal Unauthenticated { get; } =
        new(ErrorCodes.Unauthenticated, "Send the secret of a service credential: Authorization: Bearer ims_….");

    public static Refusal NoCredential { get; } = new(ErrorCodes.InvalidArgument, "credential: there is no such credential.");

    public static string NewId() => RandomNumberGenerator.GetHexString(IdLength, lowercase: true);

    /// <summary>A new secret of a credential: 256 random bits, behind the id by which it is found.</summary>
    public static string NewSecret(string id) => $"{Mark}{id}_{RandomNumberGenerator.GetHexString(KeyLength, lowercase: true)}";

    /// <summary>The credential that a secret is of; null for any other text.</summary>
    public static ServiceCredential? Find(ServiceCredentialsState state, string secret, DateTimeOffset now)
    {
        if (secret.Length != Mark.Length + IdLength + 1 + KeyLength || !secret.StartsWith(Mark, StringComparison.Ordinal))
        {
            return null;
        }

        var id = secret.Substring(Mark.Length, IdLength);
        var hash = SpokenSecret.Hash(secret);
        return state.Credentials.FirstOrDefault(credential => credential.Id == id) is { } found
            && (SpokenSecret.IsSame(found.Hash, hash) || (found.Old is { } old && now < old.EndsAt && SpokenSecret.IsSame(old.Hash, hash)))
            ? found
            : null;
    }

    /// <summary>Whether a credential may do that, to those accounts; null if it may.</summary>
    public static Refusal? Check(ServiceCredential credential, string scope, ReadOnlySpan<string> accounts)
    {
        if (!credential.Scopes.Contains(scope))
        {
            return new Refusal(ErrorCodes.Forbidden, $"This credential is not for {scope}.");
        }

        foreach (var account in accounts)
        {
            // Before anything is known of the account: whether it exists is none of the credential's business.
            if (!account.StartsWith(credential.Prefix, StringComparison.Ordinal))
            {
                return new Refusal(ErrorCodes.Forbidden, $"This credential is for accounts that begin with '{credential.Prefix}'.");
            }
        }

        return null;
    }

    public static Outcome<ServiceCredentialsState> Add(ServiceCredentialsState state, ServiceCredential credential) => state.Credentials.Length >= MaxCredentials
        ? new Refusal(ErrorCodes.LimitReached, $"There are {MaxCredentials} credentials already. Revoke one first.")
        : state with { Credentials = [.. state.Credentials, credential] };

    public static Outcome<ServiceCredentialsState> Rotate(ServiceCredentialsState state, string id, string hash, DateTimeOffset oldEndsAt) =>
        state.Credentials.Any(credential => credential.Id == id)
            ? state with
            {
                Credentials = Array.ConvertAll(state.Credentials, credential => credential.Id == id
                    ? credential with { Hash = hash, Old = new OldSecret(credential.Hash, oldEndsAt) }
                    : credential),
            }
            : NoCredential;

    public static Outcome<ServiceCredentialsState> Revoke(ServiceCredentialsState state, string id) =>
        state.Credentials.Any(credential => credential.Id == id)
            ? state with { Credentials = [.. state.Credentials.Where(credential => credential.Id != id)] }
            : NoCredential;

    public static ServiceCredentialInfo Describe(ServiceCredential credential, DateTimeOffset now) => new()
    {
        Id = credential.Id,
        Name = credential.Name,
        Scopes = credential.Scopes,
        Prefix = credential.Prefix,
        CallsPerMinute = credential.CallsPerMinute,
        CreatedAt = credential.CreatedAt,
        OldSecretEndsAt = credential.Old is { } old && now < old.EndsAt ? old.EndsAt : null,
    };
}
