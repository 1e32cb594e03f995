namespace OrleansIM.Hosting.Checks;

/// <summary>Files with a secret that everybody on the machine may read.</summary>
internal static partial class OpenSecretFiles
{
    private const string KeyCertificate = "Keys:CertificateFile", KeyOfIt = "Keys:CertificateKeyFile", KeyCertificatesBefore = "Keys:OldCertificateFiles:";

    private static readonly string[] s_names = ["SecretFile", "KeyFile"];

    /// <summary>The settings that name one, as a list for people; empty if none does.</summary>
    public static string Named(IEnumerable<GivenSetting> given, Func<string, bool> isOpenToOthers)
    {
        var all = given.ToList();
        var isKeyApart = all.Exists(static setting => Is(setting, KeyOfIt));
        return GivenSettingRules.Names(all.Where(setting =>
            (s_names.Contains(setting.Key.Split(':')[^1], StringComparer.OrdinalIgnoreCase)
                || Is(setting, KeyOfIt)
                || (Is(setting, KeyCertificate) && !isKeyApart)
                || setting.Key.StartsWith(KeyCertificatesBefore, StringComparison.OrdinalIgnoreCase))
            && isOpenToOthers(setting.Value)));
    }

    private static bool Is(GivenSetting setting, string key) => setting.Key.Equals(key, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether everybody may read a file. Its group may: so Kubernetes gives one to the user of a container.</summary>
    public static bool IsOpenToOthers(string file) => FileModes.ReadersOf(file).HasFlag(FileReaders.Everybody);

    /// <summary>Says it once, at the start; <c>check --config</c> says it with what else is unsafe.</summary>
    public static void WarnOfOpenSecretFiles(this WebApplication app)
    {
        if (Named(GivenSetting.All(app.Configuration), IsOpenToOthers) is { Length: > 0 } settings)
        {
            Open(app.Logger, settings);
        }
    }

    [LoggerMessage(10, LogLevel.Warning, "Everybody on this machine may read the file of {Settings}. Let nobody but the user of this server: chmod 600.")]
    private static partial void Open(ILogger logger, string settings);
}
