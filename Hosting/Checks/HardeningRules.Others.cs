using OrleansIM.Audit;
using OrleansIM.Gateway;

namespace OrleansIM.Hosting.Checks;

/// <summary>Secrets, issuers, and the doors of operators.</summary>
internal static partial class HardeningRules
{
    private static IEnumerable<Finding> Secrets(HardeningFacts facts)
    {
        if (GivenSettingRules.Names(facts.Given.Where(static setting => setting.Place == SettingPlace.CommandLine && GivenSettingRules.IsSecret(setting))) is { Length: > 0 } typed)
        {
            yield return new("secret-on-command-line", Severity.High, $"On the command line, where everybody on this machine can read it: {typed}.", "Use the environment, or the setting that names a file.");
        }

        if (GivenSettingRules.Names(facts.Given.Where(setting => setting.Place == SettingPlace.File && GivenSettingRules.IsSecret(setting) && facts.IsOpenToOthers(facts.File))) is { Length: > 0 } kept)
        {
            yield return new("secret-in-config", Severity.Medium, $"In the file of settings, which everybody on this machine may read: {kept}.", "chmod 600, or use the environment.");
        }

        if (OpenSecretFiles.Named(facts.Given, facts.IsOpenToOthers) is { Length: > 0 } named)
        {
            yield return new("secret-file-open", Severity.Medium, $"Everybody on this machine may read the file of {named}.", "chmod 600, owned by the service's user.");
        }
    }

    private static IEnumerable<Finding> Issuers(HardeningFacts facts)
    {
        if (facts.IsOn("Identity:AllowHttpOnLoopback"))
        {
            yield return new("issuer-http", Severity.High, "Keys of issuers are fetched without TLS, from this machine.", "Leave Identity:AllowHttpOnLoopback out.");
        }

        var issuers = facts.Settings.GetSection("Identity:Issuers").GetChildren().ToArray();
        foreach (var issuer in issuers)
        {
            if (!string.IsNullOrEmpty(issuer["SecretFile"]))
            {
                yield return new("issuer-secret", Severity.Medium, $"{issuer.Path}: whoever has the shared secret can sign in as any of its users.", "Public keys (Authority, JwksUrl, KeyFiles).");
            }

            if (issuer["Account"] is { } template && (template.StartsWith("{sub}", StringComparison.Ordinal) || template.StartsWith("{hash}", StringComparison.Ordinal)))
            {
                yield return new("issuer-prefix", Severity.Medium, $"{issuer.Path}:Account has no prefix: its users take names that others may have.", "A prefix of its own, like game.{sub}.");
            }
        }

        if (issuers.Length > 0 && facts.Time("Gateway:TokenLifetime", new GatewayOptions().TokenLifetime) > TimeSpan.FromDays(1))
        {
            yield return new("issuer-lifetime", Severity.Advice, "A user whom the issuer has shut out stays until Gateway:TokenLifetime is over, which is more than a day.", "Gateway:TokenLifetime as long as such a user may stay.");
        }
    }

    private static IEnumerable<Finding> Audit(HardeningFacts facts)
    {
        var level = facts[$"Serilog:MinimumLevel:Override:{SecurityAudit.Category}"];
        if (level.Length > 0 && !level.Equals("Information", StringComparison.OrdinalIgnoreCase) && !level.Equals("Debug", StringComparison.OrdinalIgnoreCase) && !level.Equals("Verbose", StringComparison.OrdinalIgnoreCase))
        {
            yield return new("audit-off", Severity.Medium, $"The audit log is silenced (level {level}).", $"Leave Serilog:MinimumLevel:Override:{SecurityAudit.Category} out.");
        }
    }

    private static IEnumerable<Finding> Operators(HardeningFacts facts)
    {
        if (facts["Admin:Url"] is { Length: > 0 } admin && !HardeningFacts.IsLoopback(admin))
        {
            yield return new("admin-address", Severity.High, $"Admin:Url={admin}: the secret of the admin API crosses the network in the clear.", "An address on loopback, reached by ssh -L or kubectl port-forward.");
        }

        if (facts["Telemetry:MetricsUrl"] is { Length: > 0 } metrics and not "off" && !HardeningFacts.IsLoopback(metrics))
        {
            yield return new("metrics-address", Severity.Advice, $"Telemetry:MetricsUrl={metrics}: whoever reaches it may read the metrics.", "Let nobody but who collects them reach it.");
        }
    }
}
