using Microsoft.Extensions.Options;

namespace OrleansIM.Client.Hosting;

/// <summary>Every mistake at once, at start.</summary>
internal sealed class OrleansImSettingsValidator : IValidateOptions<OrleansImSettings>
{
    public ValidateOptionsResult Validate(string? name, OrleansImSettings options)
    {
        var mistakes = new List<string>();
        try
        {
            options.ToOptions().Validate();
        }
        catch (ArgumentException wrong)
        {
            mistakes.Add(wrong.Message);
        }

        if (!string.IsNullOrEmpty(options.Password) && !string.IsNullOrEmpty(options.Token))
        {
            mistakes.Add("Token stands in place of Password: set one of the two.");
        }

        if (string.IsNullOrEmpty(options.Login) != (string.IsNullOrEmpty(options.Password) && string.IsNullOrEmpty(options.Token)))
        {
            mistakes.Add("Login goes with Password or Token: set it and one of the two, or none.");
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
