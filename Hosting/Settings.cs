using Microsoft.Extensions.Options;
using OrleansIM.Gateway;
using OrleansIM.Hosting.Admin;
using OrleansIM.Hosting.Checks;
using OrleansIM.Hosting.Cluster;
using OrleansIM.Hosting.Keys;
using OrleansIM.Hosting.Memory;
using OrleansIM.Hosting.Storage;
using OrleansIM.Hosting.Telemetry;
using OrleansIM.Hosting.Tls;
using OrleansIM.Identity;

namespace OrleansIM.Hosting;

/// <summary>Looks at the settings of every section before anything is made of them.</summary>
internal static class Settings
{
    private static readonly (string Section, Type Options)[] s_sections =
    [
        (StorageOptions.Section, typeof(StorageOptions)),
        (NodeOptions.Section, typeof(NodeOptions)),
        (GatewayOptions.Section, typeof(GatewayOptions)),
        (IdentityOptions.Section, typeof(IdentityOptions)),
        (MemoryOptions.Section, typeof(MemoryOptions)),
        (TelemetryOptions.Section, typeof(TelemetryOptions)),
        (AdminOptions.Section, typeof(AdminOptions)),
        (LogOptions.Section, typeof(LogOptions)),
        (TlsOptions.Section, typeof(TlsOptions)),
        (KeyOptions.Section, typeof(KeyOptions)),
    ];

    // Of a silo alone; who has them says what they are.
    private static readonly string[] s_grains = ["Accounts", "Links", "Groups", "Presence", "Timelines", "Mail"];

    /// <summary>The sections that there are, with their options where those are known in this process.</summary>
    internal static IReadOnlyDictionary<string, Type?> Sections(params (string Section, Type Options)[] more) => s_sections.Concat(more)
        .Select(known => KeyValuePair.Create(known.Section, (Type?)known.Options))
        .Concat(s_grains.Except(more.Select(known => known.Section)).Select(section => KeyValuePair.Create(section, (Type?)null)))
        .ToDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Checks the sections that every process has, and <paramref name="sections"/>.</summary>
    /// <exception cref="OptionsValidationException">Something is wrong; it names every faulty setting of every section.</exception>
    public static void CheckSettings(this WebApplication app, params (string Section, Type Options)[] sections)
    {
        var given = GivenSetting.All(app.Configuration).ToArray();
        var faults = GivenSettingRules.Unknown(given, Sections(sections)).Concat(GivenSettingRules.OpenSecrets(given)).ToList();
        faults.AddRange(s_sections.Concat(sections).SelectMany(known => Unknown(app.Configuration.GetSection(known.Section), known.Options)));
        faults.AddRange(s_sections.Concat(sections).SelectMany(known => Unreadable(app.Configuration, known.Section, known.Options)));
        faults.AddRange(Address.Faults(app.Configuration));
        try
        {
            app.Services.GetRequiredService<IStartupValidator>().Validate();
        }
        catch (OptionsValidationException one)
        {
            faults.AddRange(one.Failures);
        }
        catch (AggregateException several) when (several.InnerExceptions.All(one => one is OptionsValidationException))
        {
            faults.AddRange(several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(one => one.Failures));
        }
        catch (InvalidOperationException unreadable)
        {
            // Of a kind that is not looked at above: the message says which setting, and what it was.
            faults.Add(unreadable.Message);
        }

        if (faults.Count > 0)
        {
            // It watches files, and nobody else gets hold of it.
            (app as IDisposable).Dispose();
            throw new OptionsValidationException("settings", typeof(IConfiguration), faults);
        }
    }

    /// <summary>
    /// What is not of its kind. It is then as if it were not given, so that the rules of its section, and of others that look
    /// at it, say what else is wrong; the process does not start anyway.
    /// </summary>
    private static List<string> Unreadable(IConfiguration configuration, string section, Type options)
    {
        var faults = UnreadableSettings.In(configuration.GetSection(section), options).ToList();
        faults.ForEach(fault => configuration[fault.Key] = fault.Otherwise);
        return faults.ConvertAll(fault => fault.Text);
    }

    /// <summary>A setting that nobody reads is a misspelt one: better to say so than to run with the default.</summary>
    private static IEnumerable<string> Unknown(IConfigurationSection section, Type options)
    {
        foreach (var child in section.GetChildren())
        {
            var property = options.GetProperties().FirstOrDefault(known => string.Equals(known.Name, child.Key, StringComparison.OrdinalIgnoreCase));
            if (property is null)
            {
                var names = SettingNames.Of(options);
                yield return $"{child.Path} is no setting. "
                    + (NearestName.Of(child.Key, names) is { } meant ? $"Is {section.Path}:{meant} meant?" : $"{section.Path} has {string.Join(", ", names)}.");
            }
            else if (SettingNames.IsSection(property.PropertyType, options))
            {
                foreach (var fault in Unknown(child, property.PropertyType))
                {
                    yield return fault;
                }
            }
            else if (SettingNames.NamedOptions(property.PropertyType) is { } named && SettingNames.IsSection(named, options))
            {
                foreach (var fault in child.GetChildren().SelectMany(one => Unknown(one, named)))
                {
                    yield return fault;
                }
            }
        }
    }
}
