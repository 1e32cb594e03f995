using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrleansIM.Configuration;

/// <summary>
/// Collects every fault of a section, so that an operator mends them in one go. Compiled into Gateway (Hosting sees it there), Grains and Mail, each of which has options
/// of its own; they have no assembly in common that this would belong to.
/// </summary>
internal sealed class OptionFaults(string section)
{
    private readonly List<string> _faults = [];

    /// <summary>Notes a setting that is not what it has to be.</summary>
    public OptionFaults Require(bool isRight, string setting, object? value, string rule) =>
        Mend(isRight, setting, value, $"it has to be {rule}");

    /// <summary>Notes a setting that is not right, with what to do.</summary>
    public OptionFaults Mend(bool isRight, string setting, object? value, string remedy)
    {
        if (!isRight)
        {
            // What others have to say about it may be a sentence already.
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{section}:{setting} is {value}; {remedy.TrimEnd('.')}."));
        }

        return this;
    }

    /// <summary>Notes a number or a time that is not between two others.</summary>
    public OptionFaults Range<T>(string setting, T value, T least, T most)
        where T : IComparable<T> =>
        Mend(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, setting, value, string.Create(CultureInfo.InvariantCulture, $"set it between {least} and {most}"));

    /// <summary>Notes a fault in words of its own.</summary>
    public OptionFaults Require(bool isRight, string fault)
    {
        if (!isRight)
        {
            _faults.Add(fault);
        }

        return this;
    }

    public ValidateOptionsResult Result() =>
        _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);
}
