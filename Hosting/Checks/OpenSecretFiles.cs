namespace OrleansIM.Hosting.Checks;

/// <summary>Files with a secret that everybody on the machine may read.</summary>
internal static partial class OpenSecretFiles
{
    private static readonly string[] s_settings = ["SecretFile", "KeyFile"];

    /// <summary>The settings that name one, as a list for people; empty if none does.</summary>
    public static string Named(IEnumerable<GivenSetting> given, Func<string, bool> isOpenToOthers) => GivenSettingRules.Names(
        given.Where(setting => s_settings.Contains(setting.Key.Split(':')[^1], StringComparer.OrdinalIgnoreCase) && isOpenToOthers(setting.Value)));

    /// <summary>Whether everybody may read a file, or the one that a link leads to; false where that is not known.</summary>
    public static bool IsOpenToOthers(string file)
    {
        try
        {
            return !OperatingSystem.IsWindows() && File.Exists(file)
                && (File.GetUnixFileMode(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file) & UnixFileMode.OtherRead) != 0;
        }
        catch (Exception unknown) when (unknown is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

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
