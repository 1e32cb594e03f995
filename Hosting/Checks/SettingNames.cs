namespace OrleansIM.Hosting.Checks;

/// <summary>The names of settings, as the options have them.</summary>
internal static class SettingNames
{
    /// <summary>The setting of a section that a path in it is, or is a misspelt form of; null if there is none near.</summary>
    /// <param name="options">The section's options.</param>
    /// <param name="path">The path below the section.</param>
    public static string? Nearest(Type options, ReadOnlySpan<string> path)
    {
        if (NearestName.Of(path[0], Of(options)) is not { } name)
        {
            return null;
        }

        var type = options.GetProperty(name)!.PropertyType;
        var rest = path[1..];
        if (rest.IsEmpty)
        {
            return name;
        }

        if (IsSection(type, options))
        {
            return Nearest(type, rest) is { } inner ? $"{name}:{inner}" : null;
        }

        if (NamedOptions(type) is { } named && IsSection(named, options) && rest.Length > 1)
        {
            return Nearest(named, rest[1..]) is { } inner ? $"{name}:{rest[0]}:{inner}" : null;
        }

        // Items of a list, and what has names of its own.
        return $"{name}:{string.Join(':', rest.ToArray())}";
    }

    /// <summary>The settings of a section, or of one in it.</summary>
    public static string[] Of(Type options) => Array.ConvertAll(options.GetProperties(), property => property.Name);

    /// <summary>Whether a setting is a section of its own.</summary>
    public static bool IsSection(Type setting, Type options) => setting.Assembly == options.Assembly && setting.IsClass;

    /// <summary>What a map of options by name holds; null for other settings.</summary>
    public static Type? NamedOptions(Type setting) =>
        setting.IsGenericType && setting.GetGenericTypeDefinition() == typeof(IDictionary<,>) ? setting.GetGenericArguments()[1] : null;
}
