using System.Collections;
using System.ComponentModel;
using System.Globalization;

namespace OrleansIM.Hosting.Checks;

/// <summary>
/// Settings that are not of their kind: a time that is none, a number with letters. The binder would name a type of .NET, end
/// at the first one, and pass over those in a list.
/// </summary>
internal static class UnreadableSettings
{
    /// <param name="Key">The setting.</param>
    /// <param name="Text">What is wrong about it.</param>
    /// <param name="Otherwise">Its value if nothing were given.</param>
    internal sealed record Fault(string Key, string Text, string? Otherwise);

    // Of a text that belongs elsewhere no more than this is repeated.
    private const int MostShown = 60;

    private const string TimeForm = "a time, hours:minutes:seconds";

    /// <summary>Every such setting of a section, with what is wrong about it.</summary>
    /// <param name="section">What was given.</param>
    /// <param name="options">What is made of it.</param>
    public static IEnumerable<Fault> In(IConfigurationSection section, Type options) =>
        In(section, options, Activator.CreateInstance(options));

    private static IEnumerable<Fault> In(IConfigurationSection section, Type options, object? defaults)
    {
        if (section.Value is { Length: > 0 } text)
        {
            var first = options.GetProperties()[0];
            yield return Of(section, text, $"a section: give its settings one by one, such as {section.Path}:{first.Name}={Example(first.PropertyType, Default(first.Name)) ?? "…"}");
        }

        foreach (var child in section.GetChildren())
        {
            var property = options.GetProperties().FirstOrDefault(known => string.Equals(known.Name, child.Key, StringComparison.OrdinalIgnoreCase));
            foreach (var fault in property is null ? [] : OfOne(child, property.PropertyType, Default(property.Name), options))
            {
                yield return fault;
            }
        }

        object? Default(string name) => defaults is null ? null : options.GetProperty(name)!.GetValue(defaults);
    }

    private static IEnumerable<Fault> OfOne(IConfigurationSection given, Type type, object? otherwise, Type owner)
    {
        if (ElementOf(type) is { } element)
        {
            return OfSeveral(given, type, element, owner);
        }

        return type.IsClass && type != typeof(string) && type.Assembly == owner.Assembly
            ? In(given, type, otherwise ?? Activator.CreateInstance(type))
            : OfValue(given, Nullable.GetUnderlyingType(type) ?? type, otherwise, mayBeEmpty: !type.IsValueType || Nullable.GetUnderlyingType(type) is not null);
    }

    private static IEnumerable<Fault> OfSeveral(IConfigurationSection given, Type type, Type element, Type owner)
    {
        if (given.Value is { Length: > 0 } text)
        {
            yield return Of(given, text, type.Name.StartsWith("IDictionary", StringComparison.Ordinal)
                ? $"settings by name, such as {given.Path}:NAME:…=…"
                : $"a list: number what is in it, such as {given.Path}:0={text}");
        }

        foreach (var fault in given.GetChildren().SelectMany(one => OfOne(one, element, null, owner)))
        {
            yield return fault;
        }
    }

    private static IEnumerable<Fault> OfValue(IConfigurationSection given, Type type, object? otherwise, bool mayBeEmpty)
    {
        if (given.Value is { } text && type != typeof(string) && !(mayBeEmpty && text.Length == 0) && !IsReadable(text, type))
        {
            yield return Of(given, text, Form(given.Key, type, Example(type, otherwise)), Convert.ToString(otherwise, CultureInfo.InvariantCulture));
        }
    }

    private static bool IsReadable(string text, Type type)
    {
        // A number by itself would be read as days, which hardly anybody means. Nothing is nothing in any unit.
        if (type == typeof(TimeSpan) && long.TryParse(text, CultureInfo.InvariantCulture, out var days))
        {
            return days == 0;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text) is { } value
                && (!type.IsEnum || Enum.IsDefined(type, value));
        }
        catch (Exception wrong) when (wrong is FormatException or ArgumentException or OverflowException or NotSupportedException || wrong.InnerException is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static Fault Of(IConfigurationSection given, string text, string form, string? otherwise = null)
    {
        var shown = GivenSettingRules.IsSecret(new(given.Path, text, SettingPlace.File)) ? "not readable"
            : text.Length == 0 ? "empty"
            : text.Length > MostShown ? $"'{text[..MostShown]}…'"
            : $"'{text}'";
        return new(given.Path, $"{given.Path} is {shown}; it has to be {form}.", otherwise);
    }

    private static string Form(string name, Type type, string? example) =>
        type == typeof(bool) ? "true or false"
        : type.IsEnum ? OneOf(Enum.GetNames(type))
        : type == typeof(TimeSpan) ? $"{TimeForm}, such as {example ?? "00:00:30"} (a day is 1.00:00:00)"
        : type == typeof(Uri) ? "an address, such as https://example.com"
        : type == typeof(double) ? "a number, such as 0.5"
        : $"a whole number{Unit(name)}, such as {example ?? "10"}";

    private static string Unit(string name) =>
        name.Contains("Bytes", StringComparison.Ordinal) ? " of bytes"
        : name.EndsWith("Seconds", StringComparison.Ordinal) ? " of seconds"
        : "";

    private static string OneOf(string[] names) => names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";

    private static string? Example(Type type, object? otherwise) => otherwise switch
    {
        TimeSpan time when time == TimeSpan.Zero => null,
        null or "" or (IEnumerable and not string) => null,
        _ when type.IsClass && type != typeof(string) => null,
        _ => Convert.ToString(otherwise, CultureInfo.InvariantCulture),
    };

    /// <summary>What a list or a map is of; null for other settings.</summary>
    private static Type? ElementOf(Type setting) =>
        setting.IsArray ? setting.GetElementType()
        : setting.IsGenericType && typeof(IEnumerable).IsAssignableFrom(setting) ? setting.GetGenericArguments()[^1]
        : null;
}
