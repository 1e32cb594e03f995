namespace OrleansIM.Hosting;

/// <summary>Settings that have to be known while the host is put together, before they are checked.</summary>
internal static class EarlySettings
{
    /// <summary>What was given; null if nothing was, or a value cannot be read, which is said when the settings are checked.</summary>
    public static T? Read<T>(this IConfigurationSection section) where T : class
    {
        try
        {
            return section.Get<T>();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
