using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Checks;

/// <summary>
/// <c>check --config FILE</c>: names what the server would refuse, and what is not as the checklist of docs/security.md has
/// it. Settings are read as the server reads them: the file, the environment, the arguments. Nothing is started.
/// </summary>
public static class SettingsCheck
{
    /// <summary>The first argument that asks for it.</summary>
    public const string Verb = "check";

    private const string Usage = "check --config FILE [--accept ID …] [--Section:Key=value …]";

    /// <summary>Checks. Answers the exit code: 0, 1 if anything is wrong or unsafe, 2 if it was called wrongly.</summary>
    /// <param name="args">What follows the verb.</param>
    /// <param name="create">Makes the server of arguments, without starting it; it reads the file in the place of its own.</param>
    /// <param name="output">Where it is said.</param>
    public static int Run(IReadOnlyList<string> args, Func<string[], string, WebApplication> create, TextWriter output)
    {
        var (file, accepted, settings) = ("", new HashSet<string>(StringComparer.OrdinalIgnoreCase), new List<string>());
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], i + 1 < args.Count ? args[i + 1] : "");
            if (name is not ("--config" or "--accept"))
            {
                settings.Add(args[i]);
                continue;
            }

            _ = name == "--config" ? file = value : accepted.Add(value).ToString();
            i += args[i].Contains('=', StringComparison.Ordinal) ? 0 : 1;
        }

        if (file.Length == 0 || !File.Exists(file))
        {
            output.WriteLine(file.Length == 0 ? $"Which file? {Usage}"
                : Directory.Exists(file) ? $"{file} is a folder. Give the file of settings itself, such as {Path.Combine(file, "appsettings.json")}."
                : $"{file} is not there.");
            return 2;
        }

        if (accepted.Except(HardeningRules.Ids, StringComparer.OrdinalIgnoreCase).ToArray() is { Length: > 0 } unknown)
        {
            output.WriteLine($"--accept {string.Join(", ", unknown)}: there is no such id. There are {string.Join(", ", HardeningRules.Ids.Order(StringComparer.Ordinal))}.");
            return 2;
        }

        return Report(Path.GetFullPath(file), accepted, [.. settings], create, output);
    }

    /// <summary>Has a server read a file in the place of <c>appsettings.json</c>.</summary>
    public static void ReadOnly(this WebApplicationBuilder builder, string file)
    {
        var sources = ((IConfigurationBuilder)builder.Configuration).Sources;
        var places = sources.OfType<JsonConfigurationSource>().ToArray();
        var place = places.Length > 0 ? sources.IndexOf(places[0]) : 0;
        foreach (var other in places)
        {
            sources.Remove(other);
        }

        var source = new JsonConfigurationSource { Path = file };
        source.ResolveFileProvider();
        sources.Insert(place, source);
    }

    private static int Report(string file, HashSet<string> accepted, string[] settings, Func<string[], string, WebApplication> create, TextWriter output)
    {
        IReadOnlyList<string> faults = [];
        IReadOnlyList<Finding> findings = [];
        try
        {
            CommandLineRules.Check(settings);
            var builder = WebApplication.CreateBuilder(settings);
            builder.ReadOnly(file);
            findings = HardeningRules.Look(new(builder.Configuration, [.. GivenSetting.All(builder.Configuration)], file, OpenSecretFiles.IsOpenToOthers));
            using var app = create(settings, file) as IDisposable;
        }
        catch (OptionsValidationException invalid)
        {
            faults = [.. invalid.Failures];
        }
        catch (InvalidDataException unreadable)
        {
            faults = [$"{file}: {UnreadableFile.Why(unreadable)}."];
        }

        foreach (var fault in faults)
        {
            output.WriteLine($"wrong    {fault}");
        }

        foreach (var finding in findings)
        {
            output.WriteLine($"{(accepted.Contains(finding.Id) ? "accepted" : finding.Severity.ToString().ToLowerInvariant()),-8} {finding.Id}: {finding.What}\n         {finding.Do}");
        }

        var unsafeOnes = findings.Count(finding => finding.Severity != Severity.Advice && !accepted.Contains(finding.Id));
        output.WriteLine($"{file}: {faults.Count} wrong, {unsafeOnes} unsafe, {findings.Count(finding => finding.Severity == Severity.Advice && !accepted.Contains(finding.Id))} for you to decide");
        return faults.Count + unsafeOnes > 0 ? 1 : 0;
    }
}
