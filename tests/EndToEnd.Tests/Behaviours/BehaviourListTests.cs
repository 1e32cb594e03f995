using System.Reflection;

namespace OrleansIM.EndToEnd.Tests.Behaviours;

/// <summary>
/// What both SDKs do is one list, tests/Behaviours/behaviours.json. Here each of it is some test with
/// <c>[Trait("Behaviour", "id")]</c>; what the JavaScript SDK does about it is in ClientSdk/js/test/behaviours.test.js.
/// </summary>
public sealed class BehaviourListTests
{
    [Fact]
    public void Behaviours_OfTheSharedList_AreTestedHere()
    {
        using var list = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "behaviours.json")));
        var listed = list.RootElement.EnumerateArray().Select(behaviour => behaviour.GetProperty("id").GetString()!).ToArray();
        var tested = typeof(BehaviourListTests).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(method => method.GetCustomAttributes<FactAttribute>().Any(fact => fact.Skip is null))
            .SelectMany(method => method.GetCustomAttributesData())
            .Where(attribute => attribute.AttributeType == typeof(TraitAttribute) && attribute.ConstructorArguments[0].Value is "Behaviour")
            .Select(attribute => (string)attribute.ConstructorArguments[1].Value!)
            .Distinct();

        Assert.Equal(listed.Order(StringComparer.Ordinal), tested.Order(StringComparer.Ordinal));
    }
}
