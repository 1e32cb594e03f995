using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using OrleansIM.Client.Internal;
using OrleansIM.Protocol;

namespace OrleansIM.Client;

/// <content>Profile, settings and custom data: kept by the server, live on every device.</content>
public sealed partial class ImClient
{
    /// <summary>Changes the profile of an account; what is left out stays.</summary>
    /// <param name="as">The account.</param>
    /// <param name="displayName">The name people see.</param>
    /// <param name="email">The mail address; empty for none.</param>
    /// <param name="description">Free text; empty for none.</param>
    /// <param name="avatar">The picture; empty for none.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <returns>The profile after the change.</returns>
    public Task<Profile> SetProfileAsync(
        string @as,
        string? displayName = null,
        string? email = null,
        string? description = null,
        string? avatar = null,
        CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(@as);
        return AskAsync(
            "profile.set",
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteOptional("displayName", displayName);
                writer.WriteOptional("email", email);
                writer.WriteOptional("description", description);
                writer.WriteOptional("avatar", avatar);
            },
            static ok => (ok.Find("profile") ?? ok).As(ImJson.Default.Profile),
            ct);
    }

    /// <summary>Sets a setting of an account.</summary>
    /// <param name="as">The account.</param>
    /// <param name="key">The key, at most 64 characters.</param>
    /// <param name="value">Any JSON of at most 8 KiB; a JSON null (or no value at all) removes the key.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task SetSettingAsync(string @as, string key, JsonElement value, CancellationToken ct = default) =>
        SetValueAsync("settings.set", @as, key, value, ct);

    /// <summary>Sets a setting of an account.</summary>
    /// <param name="as">The account.</param>
    /// <param name="key">The key, at most 64 characters.</param>
    /// <param name="json">JSON text of at most 8 KiB, so a text value comes in quotes; <c>null</c> removes the key.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>invalid_argument</c>: <paramref name="json"/> is not JSON.</exception>
    public async Task SetSettingAsync(
        string @as, string key, [StringSyntax(StringSyntaxAttribute.Json)] string json, CancellationToken ct = default) =>
        await SetSettingAsync(@as, key, Parse(json), ct).ConfigureAwait(false);

    /// <summary>Sets who may write to an account, gets its receipts, sees its presence.</summary>
    /// <param name="as">The account.</param>
    /// <param name="setting">One of the keys of <see cref="PrivacySettings"/>.</param>
    /// <param name="value">One of its values; null for what counts without the setting.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>invalid_argument</c>: there is no such setting, or it cannot have that value.</exception>
    public Task SetPrivacyAsync(string @as, string setting, string? value, CancellationToken ct = default) =>
        SetValueAsync("settings.set", @as, setting, value is null ? default : JsonSerializer.SerializeToElement(value, ImJson.Default.String), ct);

    /// <summary>Sets free-form data of an account (game, pet, anything).</summary>
    /// <param name="as">The account.</param>
    /// <param name="key">The key, at most 64 characters.</param>
    /// <param name="value">Any JSON of at most 8 KiB; a JSON null (or no value at all) removes the key.</param>
    /// <param name="ct">Stops waiting.</param>
    public Task SetCustomAsync(string @as, string key, JsonElement value, CancellationToken ct = default) =>
        SetValueAsync("custom.set", @as, key, value, ct);

    /// <summary>Sets free-form data of an account (game, pet, anything).</summary>
    /// <param name="as">The account.</param>
    /// <param name="key">The key, at most 64 characters.</param>
    /// <param name="json">JSON text of at most 8 KiB, so a text value comes in quotes; <c>null</c> removes the key.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="ImException"><c>invalid_argument</c>: <paramref name="json"/> is not JSON.</exception>
    public async Task SetCustomAsync(
        string @as, string key, [StringSyntax(StringSyntaxAttribute.Json)] string json, CancellationToken ct = default) =>
        await SetCustomAsync(@as, key, Parse(json), ct).ConfigureAwait(false);

    private Task<bool> SetValueAsync(string op, string @as, string key, JsonElement value, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(@as);
        ArgumentNullException.ThrowIfNull(key);
        return AskAsync(
            op,
            writer =>
            {
                writer.WriteString("as", @as);
                writer.WriteString("key", key);
                writer.WritePropertyName("value");
                if (value.ValueKind == JsonValueKind.Undefined)
                {
                    writer.WriteNullValue();
                }
                else
                {
                    value.WriteTo(writer);
                }
            },
            static _ => true,
            ct);
    }

    private static JsonElement Parse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.Clone();
        }
        catch (JsonException wrong)
        {
            throw new ImException(ErrorCodes.InvalidArgument, "The value is not JSON (a text needs quotes): " + wrong.Message, inner: wrong);
        }
    }
}
