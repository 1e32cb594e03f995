using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Checks;

/// <summary>
/// What a command line may look like: <c>--Section:Key=value</c> or <c>--Section:Key value</c>. The framework passes over
/// what it cannot make sense of, and takes a setting for the value of one that was given without.
/// </summary>
internal static class CommandLineRules
{
    private const string NoAddress = "--urls has no address. Give one, such as --urls=http://127.0.0.1:5080, or leave it out.";

    /// <summary>Refuses arguments that nobody would read.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="verbs">What the program does besides, each as its first argument.</param>
    /// <exception cref="OptionsValidationException">Some would not be; each is named.</exception>
    public static void Check(IReadOnlyList<string> args, params string[] verbs)
    {
        if (Faults(args, verbs).ToArray() is { Length: > 0 } faults)
        {
            throw new OptionsValidationException("arguments", typeof(IConfiguration), faults);
        }
    }

    /// <summary>What is wrong with a command line; values are never repeated, nor what may be one.</summary>
    public static IEnumerable<string> Faults(IReadOnlyList<string> args, params string[] verbs)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (i == 0 && IsWord(args[i]))
            {
                yield return $"'{args[i]}' is no command. There is {string.Join(", ", [.. verbs, Launch.AskVersion, Launch.AskHelp])}, and settings, which look like --Section:Key=value.";
            }
            else if (!args[i].StartsWith("--", StringComparison.Ordinal))
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
                if (hasValue && args[i].Length == 0 && IsUrls(args[i - 1]))
                {
                    yield return NoAddress;
                }
            }
            else if (args[i].EndsWith('=') && IsUrls(args[i][..^1]))
            {
                yield return NoAddress;
            }
        }
    }

    /// <summary>The first argument is nobody's value. What is short and has letters alone is meant as a command.</summary>
    private static bool IsWord(string argument) => argument.Length is > 0 and <= 12 && argument.All(char.IsAsciiLetterLower);

    // The framework would take it for an address that was not given.
    private static bool IsUrls(string option) => option.Equals("--urls", StringComparison.OrdinalIgnoreCase);
}
