using System.Globalization;
using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Memory;

/// <summary>Collects every fault of the section.</summary>
internal sealed class MemoryOptionsValidator : IValidateOptions<MemoryOptions>
{
    private const int Most = 1024 * 1024;

    public ValidateOptionsResult Validate(string? name, MemoryOptions options) => new OptionFaults(MemoryOptions.Section)
        .Require(options.TrimUpTo is >= 0 and <= Most, "TrimUpTo", options.TrimUpTo.ToString(CultureInfo.InvariantCulture), "megabytes from 0 (never) to 1048576")
        .Result();
}
