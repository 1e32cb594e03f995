namespace Orleans.Runtime;

internal sealed class GrainFactory(SoloRuntime runtime, GrainClasses classes) : IClusterClient
{
    public IServiceProvider ServiceProvider => runtime.Services;

    public TGrainInterface GetGrain<TGrainInterface>(string primaryKey, string? grainClassNamePrefix = null)
        where TGrainInterface : IGrainWithStringKey
        => grainClassNamePrefix is null
            ? (TGrainInterface)GetGrain(typeof(TGrainInterface), primaryKey)
            : throw new NotSupportedException("Solo chooses grain classes by interface alone: call GetGrain without grainClassNamePrefix.");

    public IGrain GetGrain(Type grainInterfaceType, string grainPrimaryKey)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(grainPrimaryKey);
        if (!typeof(IGrainWithStringKey).IsAssignableFrom(grainInterfaceType))
        {
            throw new NotSupportedException($"{grainInterfaceType} does not derive from {nameof(IGrainWithStringKey)}: Solo has string keys only.");
        }

        return (IGrain)GrainInterface.Of(grainInterfaceType)
            .CreateReference(runtime, GrainId.Create(classes.Implementing(grainInterfaceType).GrainType, grainPrimaryKey));
    }

    public TGrainInterface GetGrain<TGrainInterface>(GrainId grainId) where TGrainInterface : IAddressable
        => (TGrainInterface)(object)GrainInterface.Of(typeof(TGrainInterface)).CreateReference(runtime, grainId);

    public IAddressable GetGrain(GrainId grainId) => new GrainReference(runtime, grainId, null);

    public TGrainObserverInterface CreateObjectReference<TGrainObserverInterface>(IGrainObserver obj)
        where TGrainObserverInterface : IGrainObserver
    {
        if (RuntimeContext.Current is not null)
        {
            throw new InvalidOperationException("Cannot create a local object reference from a grain.");
        }

        ArgumentNullException.ThrowIfNull(obj);
        if (obj is GrainReference)
        {
            throw new ArgumentException("Argument obj is already a grain reference.");
        }

        if (!typeof(TGrainObserverInterface).IsInterface || obj is not TGrainObserverInterface)
        {
            throw new ArgumentException($"The provided object must implement the interface '{typeof(TGrainObserverInterface).FullName}'.", nameof(obj));
        }

        return (TGrainObserverInterface)(object)GrainInterface.Of(typeof(TGrainObserverInterface))
            .CreateReference(runtime, runtime.Observers.Add(obj));
    }

    public void DeleteObjectReference<TGrainObserverInterface>(IGrainObserver obj) where TGrainObserverInterface : IGrainObserver
    {
        if (RuntimeContext.Current is not null)
        {
            throw new InvalidOperationException("Cannot delete a local object reference from a grain.");
        }

        if (obj is not GrainReference reference)
        {
            throw new ArgumentException("Argument reference is not a grain reference.");
        }

        if (!runtime.Observers.Remove(reference.GrainId))
        {
            throw new ArgumentException("Reference is not associated with a local object.", nameof(obj));
        }
    }
}
