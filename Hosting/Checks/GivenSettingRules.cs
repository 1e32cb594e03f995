using System.Data.Common;

namespace OrleansIM.Hosting.Checks;

/// <summary>What may be given where, before it is looked at what it says.</summary>
internal static class GivenSettingRules
{
    // Of ASP.NET Core, the host and the libraries; and what the host itself reads of a command line.
    private static readonly string[] s_frameworkSections =
        ["Kestrel", "Logging", "Serilog", "ConnectionStrings", "HostOptions", "Microsoft", "System", "DOTNET", "ASPNETCORE"];

    private static readonly string[] s_frameworkSettings =
    [
        "urls", "http_ports", "https_ports", "environment", "contentRoot", "applicationName", "webroot", "AllowedHosts", "detailedErrors", "shutdownTimeoutSeconds",
        "preferHostingUrls", "suppressStatusMessages", "captureStartupErrors", "hostingStartupAssemblies", "hostingStartupExcludeAssemblies", "preventHostingStartup",
        "forwardedHeaders_enabled", "POD_NAME", "POD_IP", "Roles",
    ];

    /// <summary>
    /// Settings in a section that there is not. On a command line everything has to be known. In a file or in the
    /// environment somebody else's sections are passed over, but not what looks like one of ours.
    /// </summary>
    public static IEnumerable<string> Unknown(IEnumerable<GivenSetting> given, IReadOnlyDictionary<string, Type?> sections) => given
        .Where(setting => !IsKnown(setting, [.. sections.Keys]))
        .Select(setting => Fault(setting, sections))
        .OfType<string>()
        .Distinct();

    /// <summary>Secrets where everybody on the machine can read them.</summary>
    public static IEnumerable<string> OpenSecrets(IEnumerable<GivenSetting> given) => given
        // This one says what else there is.
        .Where(setting => setting.Place == SettingPlace.CommandLine && IsSecret(setting) && !setting.Key.Equals("Admin:Secret", StringComparison.OrdinalIgnoreCase))
        .Select(setting => $"{setting.Key} has a password and is on the command line, where everybody on this machine can read it. Use the environment ({setting.Key.Replace(":", "__", StringComparison.Ordinal)}).")
        // The host reads a command line twice.
        .Distinct();

    /// <summary>Whether a setting holds a secret itself, not the name of a file with one.</summary>
    public static bool IsSecret(GivenSetting setting)
    {
        var name = setting.Key[(setting.Key.LastIndexOf(':') + 1)..];
        return name.Equals("Secret", StringComparison.OrdinalIgnoreCase)
            || name.Equals("Password", StringComparison.OrdinalIgnoreCase)
            || name.Equals("OTEL_EXPORTER_OTLP_HEADERS", StringComparison.OrdinalIgnoreCase)
            || (name.Equals("ConnectionString", StringComparison.OrdinalIgnoreCase) && HasPassword(setting.Value));
    }

    /// <summary>What settings are called, each once, as a list for people.</summary>
    public static string Names(IEnumerable<GivenSetting> settings) =>
        string.Join(", ", settings.Select(static setting => setting.Key).Distinct(StringComparer.OrdinalIgnoreCase));

    private static bool HasPassword(string connectionString)
    {
        try
        {
            var parts = new DbConnectionStringBuilder { ConnectionString = connectionString };
            return parts.Keys.Cast<string>().Any(key => (key is "password" or "pwd" or "psw" or "ssl password") && parts[key] is string { Length: > 0 });
        }
        catch (ArgumentException)
        {
            // It is none, which is said elsewhere; it may be a password all the same.
            return false;
        }
    }

    private static bool IsKnown(GivenSetting setting, IReadOnlyCollection<string> sections) =>
        (setting.HasSection ? sections.Concat(s_frameworkSections) : sections.Concat(s_frameworkSections).Concat(s_frameworkSettings)).Contains(setting.Section, StringComparer.OrdinalIgnoreCase)
        || s_frameworkSettings.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)
        || setting.Key.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
        || setting.Key.StartsWith("DOTNET_", StringComparison.OrdinalIgnoreCase)
        || setting.Key.StartsWith("ASPNETCORE_", StringComparison.OrdinalIgnoreCase);

    /// <summary>Only what there is.</summary>
    private static string Suggestion(GivenSetting setting, string section, Type? options) =>
        !setting.HasSection ? $"Is {section} meant?"
        : options is null ? $"Is the section {section} meant?"
        : SettingNames.Nearest(options, setting.Key.Split(':').AsSpan(1)) is { } path ? $"Is {section}:{path} meant?"
        : $"Is the section {section} meant? It has {string.Join(", ", SettingNames.Of(options))}.";

    private static string? Fault(GivenSetting setting, IReadOnlyDictionary<string, Type?> sections)
    {
        var isOpen = setting.Place != SettingPlace.CommandLine;
        if (isOpen && !setting.HasSection)
        {
            // PATH, HOME: the environment is full of them.
            return null;
        }

        if (NearestName.Of(setting.Section, setting.HasSection ? sections.Keys : sections.Keys.Concat(s_frameworkSettings)) is { } meant)
        {
            return $"{setting.Key} is no setting. {Suggestion(setting, meant, sections.GetValueOrDefault(meant))}";
        }

        return isOpen ? null : $"{setting.Key} is no setting, and there is no section {setting.Section}. There are {string.Join(", ", sections.Keys)}.";
    }
}
