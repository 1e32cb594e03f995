using System.Collections;
using System.Collections.Concurrent;
using System.Net;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>
/// What may travel in calls. Between silos everything is copied; Solo passes references, which is the same only for
/// what nobody changes afterwards. So it takes types that say so ([Immutable], primitives, strings, ids, references)
/// and arrays and collections of them. A collection that is itself an argument or result is copied (see
/// <see cref="Snapshot"/>); one inside another is not, nor is memory. Anything else is refused when the interface is
/// first used.
/// </summary>
internal static class PassedByReference
{
    private static readonly ConcurrentDictionary<Type, bool> s_known = new();

    private static readonly HashSet<Type> s_plain =
    [
        typeof(string), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan), typeof(DateOnly),
        typeof(TimeOnly), typeof(Uri), typeof(Version), typeof(CancellationToken), typeof(IPAddress), typeof(Int128), typeof(UInt128), typeof(Type),
    ];

    private static readonly HashSet<Type> s_of =
    [
        typeof(Nullable<>), typeof(ReadOnlyMemory<>), typeof(Memory<>), typeof(KeyValuePair<,>), typeof(List<>), typeof(Dictionary<,>),
        typeof(HashSet<>), typeof(IEnumerable<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>), typeof(IReadOnlySet<>),
        typeof(IReadOnlyDictionary<,>), typeof(IList<>), typeof(ICollection<>), typeof(IDictionary<,>), typeof(ISet<>),
    ];

    public static void Check(MethodInfo method)
    {
        foreach (var parameter in method.GetParameters())
        {
            if (!parameter.IsDefined(typeof(ImmutableAttribute)) && !Allows(parameter.ParameterType))
            {
                throw Refused(method, parameter.ParameterType, $"parameter '{parameter.Name}'");
            }
        }

        if (method.ReturnType.IsGenericType && !Allows(method.ReturnType.GetGenericArguments()[0]))
        {
            throw Refused(method, method.ReturnType.GetGenericArguments()[0], "result");
        }
    }

    private static bool Allows(Type type) => s_known.GetOrAdd(type, static type =>
        type.IsPrimitive || type.IsEnum || s_plain.Contains(type)
        || type.IsDefined(typeof(ImmutableAttribute), inherit: false)
        || typeof(IAddressable).IsAssignableFrom(type)
        || typeof(IGrainReminder).IsAssignableFrom(type)
        || (type.IsArray && Allows(type.GetElementType()!))
        || (type.IsGenericType && IsCollection(type) && type.GetGenericArguments().All(Allows)));

    private static bool IsCollection(Type type)
        => s_of.Contains(type.GetGenericTypeDefinition())
        || type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
        || type.FullName.StartsWith("System.Tuple`", StringComparison.Ordinal)
        || (type.Namespace is "System.Collections.Immutable" or "System.Collections.Frozen" && typeof(IEnumerable).IsAssignableFrom(type));

    private static NotSupportedException Refused(MethodInfo method, Type type, string where)
        => new($"{method.DeclaringType!.FullName}.{method.Name}: the {where} is of type {type}. Solo passes arguments and results by"
             + " reference and takes only types that nobody changes; mark it [Immutable] (and never change an instance that was sent).");
}
