using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Options;
using OrleansIM.Hosting.Dashboard;
using OrleansIM.Hosting.Telemetry;

namespace OrleansIM.Hosting.Admin;

/// <summary>Collects every fault of the section. The secret is never repeated.</summary>
internal sealed class AdminOptionsValidator(IConfiguration configuration) : IValidateOptions<AdminOptions>
{
    private const string SecretSetting = $"{AdminOptions.Section}:{nameof(AdminOptions.Secret)}";
    private const string FileSetting = $"{AdminOptions.Section}:{nameof(AdminOptions.SecretFile)}";
    private const string DashboardSetting = $"{AdminOptions.Section}:{nameof(AdminOptions.Dashboard)}";

    private static readonly string s_enough = $"{AdminOptions.LeastSecret} characters or more, such as `openssl rand -hex 32` makes";

    public ValidateOptionsResult Validate(string? name, AdminOptions options)
    {
        var faults = new OptionFaults(AdminOptions.Section)
            .Require(!IsOnCommandLine(), $"{SecretSetting} is on the command line, where everybody on this machine can read it. Use {AdminOptions.Section}:SecretFile, or Admin__Secret in the environment.");
        if (options.Url.Length == 0)
        {
            return faults
                .Require(!options.Dashboard, $"{DashboardSetting} is on, and is a part of the admin API, which has no address. Give Admin:Url and Admin:SecretFile, or leave it out.")
                .Require(options.Secret.Length == 0 && options.SecretFile.Length == 0, "Admin:Url is missing: there is a secret, and no address for the API. Give one, such as http://127.0.0.1:5081.")
                .Result();
        }

        var secret = SecretFault(options);
        return faults
            .Require(
                !options.Dashboard || OrleansDashboard.IsThere,
                $"{DashboardSetting} is on, and there is no dashboard in this build: it needs the engine Orleans and its package Microsoft.Orleans.Dashboard. Leave it out, or build with them.")
            .Require(ListenAddressRules.IsSideAddress(options.Url), "Url", $"'{options.Url}'", ListenAddressRules.SideAddress + ", such as http://127.0.0.1:5081")
            .Require(options.Secret.Length == 0 || options.SecretFile.Length == 0, "Admin:Secret and Admin:SecretFile are both given. Give one of them.")
            .Require(options.SecretFile.Length == 0 || File.Exists(options.SecretFile), "SecretFile", $"'{options.SecretFile}', which is not there", "a file that this process can read")
            .Require(secret is null, secret ?? "")
            .Result();
    }

    /// <summary>What is wrong with the secret, as far as nothing else says it; null if nothing is.</summary>
    private static string? SecretFault(AdminOptions options)
    {
        if (options.SecretFile.Length > 0 && !File.Exists(options.SecretFile))
        {
            return null;
        }

        if (options.SecretFile.Length == 0 && options.Secret.Length == 0)
        {
            return $"The secret of the admin API is missing. Give {FileSetting}, the name of a file with {s_enough}.";
        }

        var place = options.SecretFile.Length > 0 ? $", in the file '{options.SecretFile}'," : "";
        return AdminCredential.Read(options).Length switch
        {
            0 => $"The secret of the admin API{place} is empty, or this process may not read it. It has to be {s_enough}.",
            < AdminOptions.LeastSecret => $"The secret of the admin API{place} is too short. It has to be {s_enough}.",
            _ => null,
        };
    }

    private bool IsOnCommandLine() =>
        configuration is IConfigurationRoot root && root.Providers.OfType<CommandLineConfigurationProvider>().Any(provider => provider.TryGet(SecretSetting, out _));
}
