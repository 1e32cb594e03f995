using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrleansIM.Mail;

/// <summary>Collects faults of the section <c>Mail</c>.</summary>
internal sealed class MailOptionFaults
{
    private readonly List<string> _faults = [];

    public MailOptionFaults Require(bool isRight, string setting, object? value, string remedy)
    {
        if (!isRight)
        {
            _faults.Add(string.Create(CultureInfo.InvariantCulture, $"{MailOptions.Section}:{setting} is {value}; {remedy}."));
        }

        return this;
    }

    public MailOptionFaults Range<T>(string setting, T value, T least, T most)
        where T : IComparable<T>
        => Require(value.CompareTo(least) >= 0 && value.CompareTo(most) <= 0, setting, value, $"set it between {least} and {most}");

    public ValidateOptionsResult Result()
        => _faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(_faults);
}
