using Microsoft.Extensions.DependencyInjection;

namespace OrleansIM.Solo.Tests;

/// <summary>Gives grains another clock.</summary>
internal static class GrainClock
{
    /// <summary>The engine's timers and reminders go by this clock; its own housekeeping by the real one.</summary>
    public static void UseForGrains(this TimeProvider time, IServiceCollection services)
    {
        services.AddKeyedSingleton("Orleans.Grains", time);
        services.AddKeyedSingleton("Orleans.Reminders", time);
    }
}
