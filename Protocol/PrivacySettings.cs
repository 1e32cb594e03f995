namespace OrleansIM.Protocol;

/// <summary>The settings of an account that the server itself goes by, and their values. Without one, the first value counts.</summary>
public static class PrivacySettings
{
    /// <summary>What every privacy setting begins with; the server knows all of them and refuses others.</summary>
    public const string Prefix = "privacy.";
    /// <summary>Who may write to the account: <see cref="Friends"/> or <see cref="Everyone"/>.</summary>
    public const string Messages = "privacy.messages";
    /// <summary>Who gets receipts from the account: <see cref="Friends"/> or <see cref="Nobody"/>.</summary>
    public const string Receipts = "privacy.receipts";
    /// <summary>Who sees the account's presence: <see cref="Friends"/> or <see cref="Nobody"/>.</summary>
    public const string Presence = "privacy.presence";
    /// <summary>Who sees when the account was here last: <see cref="Nobody"/> or <see cref="Friends"/>.</summary>
    public const string LastSeen = "privacy.lastSeen";

    /// <summary>Friends only.</summary>
    public const string Friends = "friends";
    /// <summary>Whoever is not blocked.</summary>
    public const string Everyone = "everyone";
    /// <summary>Nobody at all.</summary>
    public const string Nobody = "nobody";
}
