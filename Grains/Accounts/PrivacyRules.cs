using System.Text.Json;
using OrleansIM.Protocol;

namespace OrleansIM.Grains.Accounts;

/// <summary>
/// The privacy settings of an account: which there are, and what they may be. They are settings like any other
/// (<c>settings.set</c>, live on every device), except that what the server does not know it does not take: nobody is to
/// believe in a protection that is not there.
/// </summary>
internal static class PrivacyRules
{
    // The first value is what counts without the setting.
    private static readonly Dictionary<string, string[]> s_values = new()
    {
        [PrivacySettings.Messages] = [PrivacySettings.Friends, PrivacySettings.Everyone],
        [PrivacySettings.Receipts] = [PrivacySettings.Friends, PrivacySettings.Nobody],
        [PrivacySettings.Presence] = [PrivacySettings.Friends, PrivacySettings.Nobody],
        [PrivacySettings.LastSeen] = [PrivacySettings.Nobody, PrivacySettings.Friends],
    };

    /// <summary>Null if a setting may have that value (null removes it); settings that are not about privacy may have any.</summary>
    public static Refusal? Check(string key, string? json)
    {
        if (!key.StartsWith(PrivacySettings.Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        if (!s_values.TryGetValue(key, out var values))
        {
            return new Refusal(ErrorCodes.InvalidArgument, $"key: there is no such privacy setting. There are {string.Join(", ", s_values.Keys)}.");
        }

        return json is null || values.Contains(Text(json))
            ? null
            : new Refusal(ErrorCodes.InvalidArgument, $"value: {key} is one of {string.Join(", ", values)}.");
    }

    /// <summary>What a privacy setting is, among the settings of an account (key to JSON text).</summary>
    public static string Read(IReadOnlyDictionary<string, string> settings, string key)
    {
        var values = s_values[key];
        return settings.TryGetValue(key, out var json) && Text(json) is { } value && values.Contains(value) ? value : values[0];
    }

    private static string? Text(string json)
    {
        using var value = JsonDocument.Parse(json);
        return value.RootElement.ValueKind == JsonValueKind.String ? value.RootElement.GetString() : null;
    }
}
