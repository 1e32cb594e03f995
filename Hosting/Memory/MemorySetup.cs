using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Memory;

/// <summary>Has a quiet server give memory back.</summary>
internal static class MemorySetup
{
    public static void AddMemoryTrimming(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<MemoryOptions>().Bind(builder.Configuration.GetSection(MemoryOptions.Section)).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<MemoryOptions>, MemoryOptionsValidator>();
        builder.Services.AddHostedService<MemoryTrimmer>();
    }
}
