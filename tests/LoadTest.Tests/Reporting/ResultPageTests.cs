using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using OrleansIM.LoadTest.Reporting;

namespace OrleansIM.LoadTest.Tests.Reporting;

/// <summary>docs/loadtest.md names every field of a result, and no other.</summary>
public sealed class ResultPageTests
{
    [Fact]
    public void Result_EveryField_IsInThePageAndNoOther()
    {
        var page = File.ReadAllText(Path.Combine(Folder(), "../../../docs/loadtest.md"));
        var begin = page.IndexOf("## The JSON of a result", StringComparison.Ordinal);
        var rows = Regex.Matches(page[begin..page.IndexOf("\n## ", begin + 1, StringComparison.Ordinal)], @"^\| (`.*)$", RegexOptions.Multiline);

        // The first column has the fields of the object itself; those of what is in it have a dot.
        var named = rows.SelectMany(row =>
        {
            var cells = row.Value.Split('|');
            return Names(cells[1]).Concat(Names(cells[2]).Where(name => name.Contains('.', StringComparison.Ordinal)));
        });

        Assert.Equal(Fields(typeof(RunResult), "", []).Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Names(string cell) => Regex.Matches(cell, "`([A-Za-z0-9.]+)`").Select(name => name.Groups[1].Value);

    /// <summary>The fields as they are called in JSON; those of a record that comes several times, where it comes first.</summary>
    private static IEnumerable<string> Fields(Type type, string prefix, HashSet<Type> seen)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null))
        {
            var name = prefix + JsonNamingPolicy.CamelCase.ConvertName(property.Name);
            yield return name;
            var inner = property.PropertyType is { IsGenericType: true } list ? list.GetGenericArguments()[^1] : property.PropertyType;
            if (inner.Assembly == typeof(RunResult).Assembly && property.Name != nameof(RunResult.SignInByAccountsMs) && seen.Add(inner))
            {
                foreach (var field in Fields(inner, name + ".", seen))
                {
                    yield return field;
                }
            }
        }
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
