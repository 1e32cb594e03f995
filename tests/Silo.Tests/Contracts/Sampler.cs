using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;

namespace OrleansIM.Silo.Tests.Contracts;

/// <summary>
/// Makes an instance of a type of which every member has a value that tells it from the others, always the same, and
/// writes down what the members of an instance are.
/// </summary>
internal static class Sampler
{
    private static readonly DateTimeOffset s_time = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public static object? Make(Type type, string name)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        var number = 1 + name.Sum(letter => letter) % 100;
        return plain switch
        {
            _ when plain == typeof(string) => name,
            _ when plain == typeof(bool) => true,
            _ when plain == typeof(DateTimeOffset) => s_time.AddSeconds(number),
            _ when plain == typeof(TimeSpan) => TimeSpan.FromSeconds(number),
            _ when plain == typeof(byte[]) => Encoding.UTF8.GetBytes(name),
            { IsEnum: true } => Enum.GetValues(plain).Cast<object>().Last(),
            { IsPrimitive: true } => Convert.ChangeType(number, plain, System.Globalization.CultureInfo.InvariantCulture),
            { IsArray: true } => Array(plain.GetElementType()!, name),
            _ when KeyAndValue(plain) is var (key, value) => MakeDictionary(key, value, name),
            _ when Element(plain) is { } element => MakeCollection(plain, element, name),
            _ when typeof(Exception).IsAssignableFrom(plain) => Activator.CreateInstance(plain, name),
            // References to grains and observers mean something in a cluster only.
            { IsInterface: true } or { IsAbstract: true } => null,
            _ => MakeObject(plain),
        };
    }

    /// <summary>The members of an instance, by name; null for what is left out of a sample.</summary>
    public static JsonNode? Describe(object? value) => value switch
    {
        null => null,
        string text => text,
        byte[] bytes => Convert.ToBase64String(bytes),
        Exception failure => failure.Message,
        IDictionary map => new JsonObject(map.Keys.Cast<object>().Select(key => KeyValuePair.Create(key.ToString()!, Describe(map[key])))),
        IEnumerable many => new JsonArray([.. many.Cast<object?>().Select(Describe)]),
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        _ when value.GetType() is { IsPrimitive: true } or { IsEnum: true } || value is TimeSpan => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => new JsonObject(Members(value.GetType()).Select(member => KeyValuePair.Create(Name(member), Describe(Get(member, value))))),
    };

    /// <summary>Whether everything in what was written is in what was read; there may be more.</summary>
    public static bool Covers(JsonNode? read, JsonNode? written) => (read, written) switch
    {
        (JsonObject now, JsonObject then) => then.All(member => now.ContainsKey(member.Key) && Covers(now[member.Key], member.Value)),
        (JsonArray now, JsonArray then) => now.Count == then.Count && now.Zip(then).All(pair => Covers(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(read, written),
    };

    /// <summary>What of an instance travels: members with a number, or, where none has one, the properties that can be set.</summary>
    private static MemberInfo[] Members(Type type)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        MemberInfo[] members = [.. type.GetProperties(all), .. type.GetFields(all)];
        MemberInfo[] numbered = [.. members.Where(member => member.GetCustomAttribute<IdAttribute>() is not null)];
        return numbered.Length > 0 ? numbered : [.. type.GetProperties().Where(property => property is { CanWrite: true } && property.GetIndexParameters().Length == 0)];
    }

    private static string Name(MemberInfo member) => member.Name.TrimStart('_');

    private static object? Get(MemberInfo member, object value) => member is PropertyInfo property ? property.GetValue(value) : ((FieldInfo)member).GetValue(value);

    private static object MakeObject(Type type)
    {
        var made = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in Members(type))
        {
            if (member is FieldInfo field)
            {
                field.SetValue(made, Make(field.FieldType, Name(field)));
            }
            else if (member is PropertyInfo { SetMethod: { } set } property)
            {
                set.Invoke(made, [Make(property.PropertyType, property.Name)]);
            }
            else
            {
                var behind = type.GetField($"<{member.Name}>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic);
                behind?.SetValue(made, Make(behind.FieldType, member.Name));
            }
        }

        return made;
    }

    private static Array Array(Type element, string name)
    {
        var made = System.Array.CreateInstance(element, 1);
        made.SetValue(Make(element, name), 0);
        return made;
    }

    private static IDictionary MakeDictionary(Type key, Type value, string name)
    {
        var made = (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(key, value))!;
        made.Add(Make(key, name)!, Make(value, name));
        return made;
    }

    private static object MakeCollection(Type type, Type element, string name)
    {
        var items = Array(element, name);
        return type.IsInterface ? items : Activator.CreateInstance(type, items)!;
    }

    private static (Type Key, Type Value)? KeyAndValue(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var key, var value] && type.Name.Contains("Dictionary", StringComparison.Ordinal) ? (key, value) : null;

    private static Type? Element(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [var element] && typeof(IEnumerable).IsAssignableFrom(type) ? element : null;
}
