using System.Globalization;
using OrleansIM.LoadTest.Settings;

namespace OrleansIM.LoadTest.Command;

/// <summary>Arguments one after the other; what is wrong with one is said with its name.</summary>
internal sealed class ArgumentReader(IReadOnlyList<string> arguments)
{
    private int _next;
    private string _option = "";
    private string? _value;

    /// <summary>The next argument; of <c>--option=value</c> the option. Null at the end.</summary>
    public string? Next()
    {
        if (_next >= arguments.Count)
        {
            return null;
        }

        var argument = arguments[_next++];
        (_option, _value) = (argument, null);

        // --Section:Key=value is one argument.
        if (argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=') is > 0 and var at && !argument[..at].Contains(':', StringComparison.Ordinal))
        {
            (_option, _value) = (argument[..at], argument[(at + 1)..]);
        }

        return _option;
    }

    /// <summary>The value of the option.</summary>
    public string Value()
    {
        if (_value is null && (_next >= arguments.Count || arguments[_next].StartsWith("--", StringComparison.Ordinal)))
        {
            throw new UsageException($"{_option} needs a value.");
        }

        return _value ?? arguments[_next++];
    }

    public int Whole(int least)
    {
        var text = Value();
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least
            ? number
            : throw new UsageException($"{_option} is a whole number of at least {least}, not '{text}'.");
    }

    public int Whole(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw new UsageException($"{_option} is one or more whole numbers, like 1,5,16, not '{text}'.");

    public double Number()
    {
        var text = Value();
        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0 && double.IsFinite(number)
            ? number
            : throw new UsageException($"{_option} is a number above 0, not '{text}'.");
    }

    public Uri Address(string text) => Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
        ? address
        : throw new UsageException($"{_option} is an http or https address, or several with commas between, not '{text}'.");

    public string File() => Path.GetFullPath(Value());
}
