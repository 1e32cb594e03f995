using System.Collections.Concurrent;
using System.Reflection;

namespace Orleans.Runtime;

/// <summary>A grain or observer interface: its methods and the class of its references. One per process.</summary>
internal sealed class GrainInterface
{
    private static readonly ConcurrentDictionary<Type, Lazy<GrainInterface>> s_known = new();

    private readonly Func<SoloRuntime, GrainId, GrainInterface, GrainReference> _create;

    private GrainInterface(Type type)
    {
        if (!type.IsInterface || !typeof(IAddressable).IsAssignableFrom(type))
        {
            throw new ArgumentException($"{type.FullName} is not a grain or observer interface.");
        }

        Type = type;
        var methods = type.GetInterfaces().Prepend(type)
            .SelectMany(i => i.GetMethods(BindingFlags.Instance | BindingFlags.Public))
            .Where(m => m.IsAbstract)
            .ToArray();
        Methods = methods.Select(m => new GrainMethod(m)).ToArray();
        _create = ReferenceClass.Build(type, methods, Methods);
    }

    public Type Type { get; }
    public GrainMethod[] Methods { get; }

    public static GrainInterface Of(Type type)
        => s_known.GetOrAdd(type, static type => new(() => new(type))).Value;

    public GrainReference CreateReference(SoloRuntime runtime, GrainId id) => _create(runtime, id, this);
}
