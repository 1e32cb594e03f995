using Orleans.Timers;

namespace Orleans.Runtime;

/// <summary>What <see cref="Grain"/> needs of the engine.</summary>
public interface IGrainRuntime
{
    string SiloIdentity { get; }
    SiloAddress SiloAddress { get; }
    IGrainFactory GrainFactory { get; }
    ITimerRegistry TimerRegistry { get; }
    IServiceProvider ServiceProvider { get; }
    TimeProvider TimeProvider => TimeProvider.System;

    void DeactivateOnIdle(IGrainContext grainContext);

    void DelayDeactivation(IGrainContext grainContext, TimeSpan timeSpan);
}
