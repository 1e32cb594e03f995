using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

namespace OrleansIM.Hosting.Checks;

/// <summary>Where a setting comes from.</summary>
internal enum SettingPlace
{
    /// <summary>An argument of the process, which everybody on the machine can read.</summary>
    CommandLine,
    /// <summary>A file in JSON.</summary>
    File,
    /// <summary>The environment.</summary>
    Environment,
}

/// <summary>A setting that somebody has given.</summary>
/// <param name="Key">Its whole name.</param>
/// <param name="Value">Its value; may be a secret.</param>
/// <param name="Place">Where it is.</param>
internal sealed record GivenSetting(string Key, string Value, SettingPlace Place)
{
    /// <summary>Its section; itself, if it is in none.</summary>
    public string Section => Key.Split(':')[0];

    /// <summary>Whether it is in a section.</summary>
    public bool HasSection => Key.Contains(':', StringComparison.Ordinal);

    // A record prints what it holds.
    public override string ToString() => $"{Key} ({Place})";

    /// <summary>Every setting of every place, whichever of them wins.</summary>
    public static IEnumerable<GivenSetting> All(IConfiguration configuration) =>
        configuration is not IConfigurationRoot root ? [] : root.Providers.SelectMany(provider => PlaceOf(provider) is { } place ? Read(provider, place, parent: null) : []);

    private static SettingPlace? PlaceOf(IConfigurationProvider provider) => provider switch
    {
        CommandLineConfigurationProvider => SettingPlace.CommandLine,
        JsonConfigurationProvider => SettingPlace.File,
        EnvironmentVariablesConfigurationProvider => SettingPlace.Environment,
        _ => null,
    };

    private static IEnumerable<GivenSetting> Read(IConfigurationProvider provider, SettingPlace place, string? parent)
    {
        foreach (var child in provider.GetChildKeys([], parent).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            var key = parent is null ? child : $"{parent}:{child}";
            if (provider.TryGet(key, out var value) && !string.IsNullOrEmpty(value))
            {
                yield return new(key, value, place);
            }

            foreach (var setting in Read(provider, place, key))
            {
                yield return setting;
            }
        }
    }
}
