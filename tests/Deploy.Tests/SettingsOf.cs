using Microsoft.Extensions.Options;
using OrleansIM.Gateway.Host;
using OrleansIM.Hosting;
using OrleansIM.Silo;

namespace OrleansIM.Deploy.Tests;

/// <summary>Has an executable look at the environment of its container, as it does at start.</summary>
internal static class SettingsOf
{
    // What is not a section of ours: ASP.NET Core's, the runtime's, and what a container says of itself.
    private static readonly string[] s_others = ["ASPNETCORE_", "DOTNET_", "OTEL_", "POD_"];

    /// <summary>Checks the variables of a container of one of our images.</summary>
    public static void Check(string image, IReadOnlyDictionary<string, string> environment)
    {
        using var secret = new TempDirectory();
        var secretFile = Path.Combine(secret.Path, "secret");
        File.WriteAllText(secretFile, new string('s', 64));
        using var authority = new TestAuthority();
        var (certificate, key) = authority.Write(secret.Path, "node", "node");
        var files = new Dictionary<string, string>
        {
            ["Admin:SecretFile"] = secretFile,
            ["Cluster:Tls:CertificateFile"] = certificate,
            ["Cluster:Tls:KeyFile"] = key,
            ["Cluster:Tls:AuthorityFile"] = authority.WriteAuthority(secret.Path),
            // A password is refused on a command line.
            ["Storage:ConnectionString"] = "Host=database",
        };
        var arguments = new List<string>();
        foreach (var (name, value) in environment.Where(variable => !s_others.Any(other => variable.Key.StartsWith(other, StringComparison.Ordinal))))
        {
            var setting = name.Replace("__", ":", StringComparison.Ordinal);
            Assert.True(setting == "Roles" || Settings.Sections().ContainsKey(setting.Split(':')[0]), $"{name}: there is no such section of settings.");

            // Files are where the container has them.
            arguments.Add($"--{setting}={files.GetValueOrDefault(setting, value)}");
        }

        arguments.Add("--Cluster:AdvertisedAddress=127.0.0.1");
        try
        {
            using var app = (IDisposable)(image.EndsWith("/silo", StringComparison.Ordinal) ? SiloApp.Create([.. arguments]) : GatewayApp.Create([.. arguments]));
        }
        catch (OptionsValidationException wrong)
        {
            Assert.Fail($"{image}: {string.Join("\n", wrong.Failures)}");
        }
    }
}
