using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using OrleansIM.Accounts;

namespace OrleansIM.Silo.Tests.Contracts;

/// <summary>
/// A rolling upgrade has two versions in one cluster, so what an earlier version has sent this one reads, and the calls
/// an earlier version makes this one has.
/// </summary>
public sealed class ContractTests
{
    private const string Value = "value", Call = "call";

    private static readonly Serializer s_serializer =
        new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer>();

    [Fact]
    public void Values_OfEarlierVersions_AreReadWithEverythingInThem()
    {
        foreach (var line in ContractFile.Read(Value))
        {
            var read = s_serializer.Deserialize<object>(Convert.FromBase64String(line[1]));
            var now = Sampler.Describe(read);
            Assert.True(Sampler.Covers(now, JsonNode.Parse(line[2])), $"{line[0]} was written as\n{line[2]}\nand is read as\n{now?.ToJsonString()}");
        }
    }

    [Fact]
    public void Values_OfThisVersion_AreInTheFileAndComeBackWhole()
    {
        var known = ContractFile.Read(Value).ToLookup(line => line[0], line => line[2]);
        var missing = new List<string[]>();
        foreach (var type in ValueTypes())
        {
            var sample = Sampler.Make(type, "value")!;
            var text = Sampler.Describe(sample)!.ToJsonString();
            var bytes = s_serializer.SerializeToArray<object>(sample);
            Assert.Equal(text, Sampler.Describe(s_serializer.Deserialize<object>(bytes))!.ToJsonString());
            if (!known[NameOf(type)].Contains(text))
            {
                missing.Add([NameOf(type), Convert.ToBase64String(bytes), text]);
            }
        }

        Assert.True(missing.Count + known.Count > 60, "the contracts were not found");
        ContractFile.Require(Value, missing);
    }

    [Fact]
    public void Calls_OfEarlierVersions_AreStillThere()
    {
        var now = Calls().Select(call => string.Join('\t', call)).ToHashSet();
        string[] before = [.. ContractFile.Read(Call).Select(call => string.Join('\t', call))];

        Assert.Equal([], before.Except(now));
        ContractFile.Require(Call, now.Except(before).Order(StringComparer.Ordinal).Select(call => call.Split('\t')));
    }

    [Fact]
    public void Calls_Each_HaveAnAliasOfTheirOwn()
    {
        Assert.All(Interfaces(), contract => Assert.NotNull(contract.GetCustomAttribute<AliasAttribute>()));
        Assert.All(Interfaces().SelectMany(contract => contract.GetMethods()), method => Assert.True(AliasOf(method) is not null, $"{method.DeclaringType!.Name}.{method.Name} has no alias"));
        Assert.All(
            Calls().GroupBy(call => (call[0], call[1])), same => Assert.True(same.Count() == 1, $"{same.Key} is two calls"));
    }

    /// <summary>Every type of the contracts, and what generic ones are made of in calls.</summary>
    private static IEnumerable<Type> ValueTypes()
    {
        var plain = Contracts().Where(type => !type.IsGenericTypeDefinition && !type.IsAbstract && type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);
        var generic = Interfaces().SelectMany(contract => contract.GetMethods())
            .Select(method => method.ReturnType)
            .Where(type => type.IsGenericType)
            .Select(type => type.GetGenericArguments()[0])
            .Where(type => type.IsGenericType && type.Assembly == typeof(IAccountGrain).Assembly);
        return plain.Concat(generic).Distinct().OrderBy(NameOf, StringComparer.Ordinal);
    }

    private static IEnumerable<Type> Interfaces() => Contracts().Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type));

    /// <summary>The interface's and the method's name on the wire, and what goes there and back.</summary>
    private static IEnumerable<string[]> Calls() => Interfaces().SelectMany(contract => contract.GetMethods().Select(method => (string[])
    [
        NameOf(contract), AliasOf(method) ?? method.Name, $"({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))})", NameOf(method.ReturnType),
    ]));

    private static Type[] Contracts() => typeof(IAccountGrain).Assembly.GetExportedTypes();

    private static string? AliasOf(MethodInfo method) => method.GetCustomAttribute<AliasAttribute>()?.Alias;

    private static string NameOf(Type type)
    {
        var name = type.GetCustomAttribute<AliasAttribute>()?.Alias ?? type.Name;
        return type.IsArray ? NameOf(type.GetElementType()!) + "[]"
            : type.IsGenericType ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }
}
