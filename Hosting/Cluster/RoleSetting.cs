using Microsoft.Extensions.Options;

namespace OrleansIM.Hosting.Cluster;

/// <summary>The setting <c>Roles</c> of the silo.</summary>
public static class RoleSetting
{
    private const string Key = "Roles";

    /// <summary>Reads <c>Roles</c> (<c>all</c>, the default, or <c>backend</c>), and gives a backend what it has by default.</summary>
    /// <exception cref="OptionsValidationException">It is something else.</exception>
    public static NodeRole ReadRole(this WebApplicationBuilder builder)
    {
        var text = builder.Configuration[Key];
        if (string.IsNullOrEmpty(text) || string.Equals(text, nameof(NodeRole.All), StringComparison.OrdinalIgnoreCase))
        {
            return NodeRole.All;
        }

        if (string.Equals(text, nameof(NodeRole.Backend), StringComparison.OrdinalIgnoreCase))
        {
            builder.AddClusterDefaults();
            return NodeRole.Backend;
        }

        throw new OptionsValidationException(Key, typeof(NodeRole), [$"{Key} is '{text}'; it has to be 'all' or 'backend'. A gateway is a program of its own, OrleansIM.Gateway.Host."]);
    }
}
