using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Concurrency;
using Orleans.Configuration;

namespace Orleans.Runtime;

/// <summary>A grain class: its grain type, its attributes and how instances are made.</summary>
internal sealed class GrainClass
{
    private readonly Lazy<Func<Activation, object>> _create;

    public GrainClass(Type type, GrainCollectionOptions options)
    {
        Type = type;
        GrainType = GrainTypeOf(type);
        IsReentrant = type.IsDefined(typeof(ReentrantAttribute), inherit: true);
        AgeLimit = type.GetCustomAttribute<CollectionAgeLimitAttribute>()?.AgeLimit
            ?? (type.IsDefined(typeof(KeepAliveAttribute)) ? Timeout.InfiniteTimeSpan
            : options.ClassSpecificCollectionAge.GetValueOrDefault(type.FullName!, options.CollectionAge));
        _create = new(() => Creation(type));
    }

    public Type Type { get; }
    public GrainType GrainType { get; }
    public bool IsReentrant { get; }
    public TimeSpan AgeLimit { get; }

    public object CreateInstance(Activation activation) => _create.Value(activation);

    private static GrainType GrainTypeOf(Type type)
    {
        if (type.GetCustomAttribute<GrainTypeAttribute>() is { } given)
        {
            return GrainType.Create(given.GrainType);
        }

        var name = type.Name.ToLowerInvariant();
        return GrainType.Create(name.Length > 5 && name.EndsWith("grain", StringComparison.Ordinal) ? name[..^5] : name);
    }

    private static Func<Activation, object> Creation(Type type)
    {
        var states = type.GetConstructors().SelectMany(c => c.GetParameters()).Where(p => p.IsDefined(typeof(PersistentStateAttribute)))
            .DistinctBy(p => p.Position).OrderBy(p => p.Position).Select(PersistentStates.FactoryOf).ToArray();
        var factory = ActivatorUtilities.CreateFactory(type, states.Select(s => s.Type).ToArray());
        return activation =>
        {
            try
            {
                return factory(activation.ActivationServices, Array.ConvertAll(states, s => (object?)s.Create(activation)));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Failed to create an instance of grain type '{type}'. See InnerException for details.", exception);
            }
        };
    }
}
