using System.Reflection;

namespace OrleansIM.Hosting;

/// <summary>What this was built from and with.</summary>
internal static class BuildInfo
{
    // Enough of a commit to find it by.
    private const int CommitLength = 12;

    /// <summary>The version (Directory.Build.props), and the commit where the build knew it: <c>0.1.0+1a2b3c4d5e6f</c>.</summary>
    public static string Version { get; } =
        Shorten(typeof(BuildInfo).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);

    /// <summary>The engine.</summary>
    public static string Engine { get; } =
        typeof(BuildInfo).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == "Engine").Value!;

    private static string Shorten(string version) =>
        version.IndexOf('+', StringComparison.Ordinal) is >= 0 and var plus && version.Length > plus + 1 + CommitLength ? version[..(plus + 1 + CommitLength)] : version;
}
