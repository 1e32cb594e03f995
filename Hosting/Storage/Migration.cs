using System.Globalization;
using System.Reflection;

namespace OrleansIM.Hosting.Storage;

/// <summary>
/// A numbered step of a schema: an embedded file <c>NNN_name.sql</c>. Once released, a file never changes. A step breaks the
/// programs before it, unless its first line says which still work: <c>-- oldest program: N</c> is for those that know
/// schema N. Such a step only adds what they neither read nor have to write.
/// </summary>
internal sealed record Migration(int Number, string Name, string Sql)
{
    private const string Mark = "-- oldest program: ";

    /// <summary>The schema of the oldest programs that can work with a database which has this step. Default: its own.</summary>
    public int Oldest { get; init; } = Number;

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

    /// <summary>A step from its file.</summary>
    public static Migration Parse(string name, string sql)
    {
        var step = new Migration(int.Parse(name.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture), name, sql);
        if (!sql.StartsWith(Mark, StringComparison.Ordinal))
        {
            return step;
        }

        var oldest = sql.AsSpan(Mark.Length, sql.AsSpan().IndexOfAny('\r', '\n') - Mark.Length);
        return int.TryParse(oldest, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number < step.Number
            ? step with { Oldest = number }
            : throw new InvalidOperationException($"Migration {name} does not say which schema's programs can work with it: '{Mark}{oldest}'.");
    }

    private static Migration Read(Assembly assembly, string resource, int prefix)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return Parse(Path.GetFileNameWithoutExtension(resource[prefix..]), reader.ReadToEnd());
    }
}
