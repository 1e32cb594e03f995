using System.Reflection;
using System.Security.Cryptography;

namespace OrleansIM.Fuzz.Engine;

/// <summary>
/// The inputs on file: <c>Corpora/TARGET</c>, good and bad examples to begin with, and <c>Regressions/TARGET</c>, what once
/// broke something. A file is an input, byte for byte.
/// </summary>
internal static class Corpus
{
    public static string Folder { get; } = typeof(Corpus).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "FuzzFolder").Value!;

    public static IReadOnlyList<byte[]> Seeds(string target) => [.. Read("Corpora", target).Select(file => file.Bytes)];

    public static IReadOnlyList<(string Name, byte[] Bytes)> Regressions(string target) => Read("Regressions", target);

    /// <summary>Keeps what was found, to be tried again for ever.</summary>
    /// <returns>The file.</returns>
    public static string Keep(string target, Finding finding)
    {
        var folder = Path.Combine(Folder, "Regressions", target);
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{finding.Slug}-{Convert.ToHexStringLower(SHA256.HashData(finding.Input))[..8]}.txt");
        File.WriteAllBytes(file, finding.Input);
        return file;
    }

    private static List<(string Name, byte[] Bytes)> Read(string kind, string target)
    {
        var folder = Path.Combine(Folder, kind, target);
        return Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file)))]
            : [];
    }
}
