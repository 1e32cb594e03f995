using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting;

/// <summary>Collects every fault of a section, so that an operator mends them in one go.</summary>
internal sealed class OptionFaults(string section)
{
    private readonly List<string> _faults = [];

    /// <summary>Notes a setting that is not what it has to be.</summary>
    public OptionFaults Require(bool isRight, string setting, object? value, string rule)
    {
        if (!isRight)
        {
            _faults.Add($"{section}:{setting} is {value}; it has to be {rule}.");
        }

        return this;
    }

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
