using System.Text.Json;

namespace OrleansIM.Profiles;

/// <summary>A profile as JSON: the same in an account's log, in its events and on its page.</summary>
public static class ProfileJson
{
    /// <summary>The profile as an object under the name <c>profile</c>.</summary>
    public static void Write(Utf8JsonWriter json, Profile profile)
    {
        json.WriteStartObject("profile"u8);
        json.WriteString("account"u8, profile.Account);
        json.WriteString("displayName"u8, profile.DisplayName);
        WriteOptional(json, "email"u8, profile.Email);
        WriteOptional(json, "description"u8, profile.Description);
        WriteOptional(json, "avatar"u8, profile.Avatar);
        json.WriteEndObject();
    }

    private static void WriteOptional(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? text)
    {
        if (text is not null)
        {
            json.WriteString(name, text);
        }
    }
}
