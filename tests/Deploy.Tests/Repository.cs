using System.Reflection;

namespace OrleansIM.Deploy.Tests;

/// <summary>Files of the repository that are tested as they are.</summary>
internal static class Repository
{
    /// <summary>The engine this was built with.</summary>
    public static string Engine { get; } = Metadata("Engine");

    public static string PathOf(params string[] path) => Path.Combine([Metadata("RepositoryRoot"), .. path]);

    public static string Read(params string[] path) => File.ReadAllText(PathOf(path));

    private static string Metadata(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
