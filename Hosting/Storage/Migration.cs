using System.Globalization;
using System.Reflection;

namespace OrleansIM.Hosting.Storage;

/// <summary>A numbered step of a schema: an embedded file <c>NNN_name.sql</c>. Once released, a file never changes.</summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    /// <summary>The steps of a provider (<c>Sqlite</c> or <c>Postgres</c>) in an assembly, in order, numbered from 1 without a hole.</summary>
    public static IReadOnlyList<Migration> Load(Assembly assembly, string provider)
    {
        var prefix = $"migrations/{provider}/";
        var steps = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Read(assembly, name, prefix.Length))
            .ToList();
        for (var i = 0; i < steps.Count; i++)
        {
            if (steps[i].Number != i + 1)
            {
                throw new InvalidOperationException($"Migration {steps[i].Name} of {provider} should be number {i + 1}.");
            }
        }

        return steps;
    }

    /// <summary>The steps a database at <paramref name="version"/> lacks.</summary>
    /// <exception cref="StorageException">The database has been migrated by a newer program.</exception>
    public static IEnumerable<Migration> Missing(IReadOnlyList<Migration> steps, int version, string database)
    {
        if (version > steps.Count)
        {
            throw new StorageException(
                $"{database} has schema version {version}, and this program knows versions up to {steps.Count}. "
                + "It was used by a newer OrleansIM: run that version, or restore a backup made before the upgrade.");
        }

        return steps.Skip(version);
    }

    private static Migration Read(Assembly assembly, string resource, int prefix)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        var name = Path.GetFileNameWithoutExtension(resource[prefix..]);
        return new(int.Parse(name.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), name, reader.ReadToEnd());
    }
}
