using System.Collections.Concurrent;
using System.Linq.Expressions;

namespace Orleans.Runtime;

/// <summary>
/// Copies of the arrays, lists, sets and dictionaries that are arguments or results themselves: their sender may go on
/// changing its own. What is in them is shared.
/// </summary>
internal static class Snapshot
{
    private static readonly ConcurrentDictionary<Type, Func<object, object>?> s_copiers = new();

    private static readonly HashSet<Type> s_live =
    [
        typeof(List<>), typeof(Dictionary<,>), typeof(HashSet<>), typeof(IEnumerable<>), typeof(IReadOnlyCollection<>),
        typeof(IReadOnlyList<>), typeof(IReadOnlySet<>), typeof(IReadOnlyDictionary<,>), typeof(IList<>), typeof(ICollection<>),
        typeof(IDictionary<,>), typeof(ISet<>),
    ];

    /// <summary>True for types of which every instance that travels is looked at.</summary>
    public static bool IsNeededFor(Type type) => type.IsArray || (type.IsGenericType && s_live.Contains(type.GetGenericTypeDefinition()));

    public static object? Of(object? value) => value switch
    {
        null => null,
        Array array => array.Clone(),
        _ => s_copiers.GetOrAdd(value.GetType(), CopierOf) is { } copy ? copy(value) : value,
    };

    private static Func<object, object>? CopierOf(Type type)
    {
        var kind = type.IsGenericType ? type.GetGenericTypeDefinition() : null;
        if (kind != typeof(List<>) && kind != typeof(Dictionary<,>) && kind != typeof(HashSet<>))
        {
            return null;
        }

        // new List<T>(list), new Dictionary<K, V>(dictionary, dictionary.Comparer), new HashSet<T>(set, set.Comparer)
        var value = Expression.Parameter(typeof(object));
        var typed = Expression.Convert(value, type);
        Expression[] arguments = kind == typeof(List<>) ? [typed] : [typed, Expression.Property(typed, "Comparer")];
        var constructor = type.GetConstructors().First(c => c.GetParameters() is var p && p.Length == arguments.Length
            && p.Zip(arguments).All(pair => pair.First.ParameterType.IsAssignableFrom(pair.Second.Type)));
        return Expression.Lambda<Func<object, object>>(Expression.New(constructor, arguments), value).Compile();
    }
}
