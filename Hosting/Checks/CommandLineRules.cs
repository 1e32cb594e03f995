using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Checks;

/// <summary>
/// What a command line may look like: <c>--Section:Key=value</c> or <c>--Section:Key value</c>. The framework passes over
/// what it cannot make sense of, and takes a setting for the value of one that was given without.
/// </summary>
internal static class CommandLineRules
{
    /// <summary>Refuses arguments that nobody would read.</summary>
    /// <exception cref="OptionsValidationException">Some would not be; each is named.</exception>
    public static void Check(IReadOnlyList<string> args)
    {
        if (Faults(args).ToArray() is { Length: > 0 } faults)
        {
            throw new OptionsValidationException("arguments", typeof(IConfiguration), faults);
        }
    }

    /// <summary>What is wrong with a command line; values are never repeated.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                yield return $"argument {i + 1} is no setting. Settings look like --Section:Key=value.";
            }
            else if (!args[i].Contains('=', StringComparison.Ordinal))
            {
                var hasValue = i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal);
                if (!hasValue)
                {
                    yield return $"{args[i]} has no value. Settings look like --Section:Key=value.";
                }

                i += hasValue ? 1 : 0;
            }
        }
    }
}
