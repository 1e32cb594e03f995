namespace Orleans.Runtime;

/// <summary>An activation as its grain sees it. Injectable into grains and what they are made of.</summary>
public interface IGrainContext : IEquatable<IGrainContext>
{
    GrainReference GrainReference { get; }
    GrainId GrainId { get; }
    object? GrainInstance { get; }

    /// <summary>The activation's scope: disposed when it ends.</summary>
    IServiceProvider ActivationServices { get; }

    /// <summary>Completes when the activation has ended. Never await it inside the grain.</summary>
    Task Deactivated { get; }

    /// <summary>Ends the activation after the running calls.</summary>
    void Deactivate(DeactivationReason deactivationReason, CancellationToken cancellationToken = default);
}

/// <summary>The running grain, to services that are called by it.</summary>
public interface IGrainContextAccessor
{
    IGrainContext GrainContext { get; }
}
